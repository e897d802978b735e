// Light or dark, for the decks and their index: what was chosen last with the
// key d, or else what the system prefers.

const root = document.documentElement;

function setTheme(theme) {
  root.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {  // a browser may refuse to remember; then it asks the system again
  }
}

function toggleTheme() {
  setTheme(root.dataset.theme === "dark" ? "light" : "dark");
}

try {
  root.dataset.theme = localStorage.getItem("theme") ?? "";
} catch {
}
if (!root.dataset.theme) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "dark" : "light";
}
