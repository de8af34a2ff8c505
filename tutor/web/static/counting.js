// How many characters are left in a box, said only near its end; the words are in the page.
const NEAR = 200;

export function countCharacters(box, place) {
  if (!box || !place) return;
  const count = () => {
    const left = Number(box.dataset.most) - box.value.length;
    place.textContent = left <= NEAR ? place.dataset.left.replace("{n}", left) : "";
  };
  box.addEventListener("input", count);
  count();
}
