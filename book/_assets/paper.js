/* On paper nothing is dark: whoever prints from the dark theme gets dark ink on white. Styles alone cannot do it, because
   the theme's own dark rules hold on paper too. */
(() => {
  const page = document.documentElement;
  let theme = null; // what to go back to
  const begin = () => {
    if (theme !== null || page.dataset.theme !== "dark") return;
    theme = page.dataset.theme;
    page.dataset.theme = "light";
  };
  const end = () => {
    if (theme === null) return;
    page.dataset.theme = theme;
    theme = null;
  };
  addEventListener("beforeprint", begin);
  addEventListener("afterprint", end);
  const paper = matchMedia("print");
  paper.addEventListener("change", () => (paper.matches ? begin() : end()));
})();
