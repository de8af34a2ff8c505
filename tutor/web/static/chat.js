// What the pages can do beyond plain links and forms; without this script everything works, with whole pages instead.
import { askInPlace } from "./asking.js";
import { countCharacters } from "./counting.js";
import { keepPlace } from "./place.js";

askInPlace(document);
countCharacters(document.getElementById("question"), document.getElementById("left"));
keepPlace(document);
