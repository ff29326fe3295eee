// Light and dark: the server writes a choice, "auto" follows the system and changes with it.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let choice = root.getAttribute("data-bs-theme") ?? "auto";
  const follow = () => root.setAttribute("data-bs-theme", choice === "auto" ? (dark.matches ? "dark" : "light") : choice);
  follow();
  dark.addEventListener("change", follow);
  document.addEventListener("theme", (event) => {
    choice = event.detail.theme;
    follow();
    for (const button of document.querySelectorAll("button[name=theme]")) button.setAttribute("aria-pressed", String(button.value === choice));
  });
})();
