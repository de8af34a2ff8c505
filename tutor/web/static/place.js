// Changing the language keeps the place in the page that the address names, and what has been typed.
const DRAFT = "draft";

export function keepPlace(page) {
  const box = page.getElementById("question");
  restore(box);
  for (const link of page.querySelectorAll("a[data-same-place]")) {
    link.addEventListener("click", () => {
      link.hash = location.hash;
      if (box?.value) sessionStorage.setItem(DRAFT, box.value);
    });
  }
}

function restore(box) {
  const draft = sessionStorage.getItem(DRAFT);
  if (!box || draft === null) return;
  sessionStorage.removeItem(DRAFT);
  if (box.value) return;
  box.value = draft;
  box.dispatchEvent(new Event("input"));
}
