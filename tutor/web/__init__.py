"""The face of the tutor: a Flask application of pages for people and a JSON API for programs."""

from flask import Flask

from tutor.conversations import Tutor, open_tutor
from tutor.settings import Settings
from tutor.store import open_store, upgrade
from tutor.web import api, errors, face, pages
from tutor.web.limits import count_question, open_limiter, with_session
from tutor.web.rooms import KEY, Rooms
from tutor.web.security import guarded, receive_body, refuse_cross_site


def create_app(settings: Settings, tutor: Tutor | None = None) -> Flask:
    """The application on this database, with its tables made and its lessons read; a tutor may be shared by several.

    Raises UnsupportedDatabase, MissingDriver, StoreUnavailable, RefusedSetting, MalformedLesson.
    """
    store = open_store(settings.database_url)
    upgrade(store)
    app = Flask(__name__)
    app.extensions[KEY] = Rooms(store, tutor or open_tutor(), settings, open_limiter(settings.rate_limits))
    for before in (receive_body, refuse_cross_site, count_question):
        app.before_request(before)
    for after in (guarded, with_session):
        app.after_request(after)
    errors.install(app)
    face.install(app)
    for blueprint in (*api.blueprints(), pages.pages):
        app.register_blueprint(blueprint)
    return app
