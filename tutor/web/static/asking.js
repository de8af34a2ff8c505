// A question is sent and its answer put in place without a new page; whatever fails, the question stays and is said.
const SLOW = 2500;
const LONGEST = 90000;

export function askInPlace(page) {
  let busy = false;
  page.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-ask]")) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const asked = new FormData(form, event.submitter);
    try {
      await ask(page, form, asked);
    } finally {
      busy = false;
    }
  });
  page.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (sends && event.target.matches("form[data-ask] textarea")) event.target.form.requestSubmit();
  });
}

async function ask(page, form, asked) {
  const question = asked.get("question");
  tell(page, "");
  form.setAttribute("aria-busy", "true");
  const waiting = wait(page, question);
  try {
    const reply = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(asked),
      headers: { "X-Fragment": "1" },
      signal: AbortSignal.timeout(LONGEST),
    });
    const fragment = parsed(page, await reply.text());
    const place = reply.headers.get("X-Location");
    if (!reply.ok) fail(page, question, fragment.querySelector(".mistake")?.textContent);
    else if (place) return leave(page, waiting, place);
    else if (fragment.querySelector(".exchange")) show(page, fragment.querySelector(".exchange"), question);
    else fail(page, question);
  } catch {
    fail(page, question, navigator.onLine ? "" : words(page).offline);
  }
  waiting.end();
  form.removeAttribute("aria-busy");
}

function words(page) {
  return page.getElementById("said").dataset;
}

function parsed(page, html) {
  const template = page.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// The question with a word of progress under it, and another word if it takes long.
function wait(page, question) {
  const card = page.getElementById("waiting").content.firstElementChild.cloneNode(true);
  const progress = card.querySelector(".progress");
  const status = page.getElementById("status");
  card.querySelector(".question").textContent = question;
  page.getElementById("exchanges").append(card);
  card.scrollIntoView({ block: "nearest" });
  status.textContent = progress.textContent;
  const slow = setTimeout(() => {
    progress.textContent = status.textContent = progress.dataset.slow;
  }, SLOW);
  return {
    end() {
      clearTimeout(slow);
      card.remove();
    },
  };
}

// To the page of the conversation, in the language of the answer; the waiting card stays until it is there.
function leave(page, waiting, place) {
  const box = page.getElementById("question");
  if (box) box.value = "";
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  location.assign(place);
}

function show(page, exchange, question) {
  const box = page.getElementById("question");
  page.querySelector(".exchange.waiting").replaceWith(exchange);
  if (box.value.trim() === question.trim()) box.value = "";
  box.dispatchEvent(new Event("input"));
  page.getElementById("status").textContent = words(page).answered;
  history.replaceState(history.state, "", `#${exchange.id}`);
  exchange.scrollIntoView({ block: "start" });
  exchange.querySelector("h2").focus({ preventScroll: true });
}

function fail(page, question, message) {
  const box = page.getElementById("question");
  if (!box.value.trim()) box.value = question;
  box.dispatchEvent(new Event("input"));
  tell(page, message || words(page).failed);
  page.getElementById("status").textContent = "";
  box.focus();
}

function tell(page, message) {
  page.getElementById("mistake").textContent = message;
}
