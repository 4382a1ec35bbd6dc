// Starting a figure, in whatever place; and what stands there when it cannot be shown.

import { make, onLookChange } from "../parts/page_elements.js";
import { FIGURES } from "../figures/table.js";

/** A line of text in the figure's place. */
export function showProblem(root, error) {
  root.querySelectorAll(".live-problem").forEach((line) => line.remove());
  const message = `This figure cannot be shown. ${error.message ?? error}`;
  root.append(make("p", { class: "live-problem", role: "alert" }, message));
}

/**
 * Make an element of the page into a figure. What it held before (a sentence or a picture for places where nothing
 * moves) goes when the figure stands, and stays when it cannot.
 *
 * @param {Element} root
 * @param {string} name one of the FIGURES
 * @param {{library: Library, state: {get, set, onChange}}} host
 * @returns {Promise<() => void>} what ends the figure
 */
export async function mountFigure(root, name, host) {
  const fallback = [...root.childNodes];
  // JupyterLab takes the arrow keys for itself wherever this attribute does not stand.
  const stage = make("div", { class: "live-stage", "data-lm-suppress-shortcuts": "true" });
  try {
    if (!(name in FIGURES)) throw new Error(`There is no figure called "${name}".`);
    root.append(stage);
    const figure = await FIGURES[name](stage, host);
    fallback.forEach((node) => node.remove());
    root.dataset.ready = "true";
    const stopWatching = onLookChange(() => figure.repaint());
    return () => {
      stopWatching();
      figure.end?.(); // what still runs in it, such as a training
    };
  } catch (error) {
    stage.remove();
    showProblem(root, error);
    return () => {};
  }
}
