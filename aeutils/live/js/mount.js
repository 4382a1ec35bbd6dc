// Starting a figure, in whatever place; and what stands there when it cannot be shown.

/** Every figure: the function that makes it, and the state it starts with. */
const FIGURES = {
  "latent-map": { start: latentMap, state: { z: [0, 0], digits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], chosen: null } },
  "code-sizes": { start: codeSizes, state: { latent_dim: 2 } },
  "draw-digit": { start: drawDigit, state: { latent_dim: 2, strokes: EXAMPLES["a seven"], z: [] } },
  "latent-space": {
    start: latentSpace,
    state: { z: [0, 0, 0], digits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], chosen: null, azim: 30, elev: 25 },
  },
  "swiss-roll": { start: swissRoll, state: { method: "sheet", run: 1, azim: -70, elev: 15 } },
};

/** What a figure remembers, in a page without a kernel. */
class PageState {
  constructor(values) {
    this.values = values;
    this.listeners = {};
  }

  get(name) {
    return this.values[name];
  }

  set(changes) {
    Object.assign(this.values, changes);
    for (const name of Object.keys(changes)) this.listeners[name]?.();
  }

  /** @param {Object<string, () => void>} listeners what to call when a value changes, by its name */
  onChange(listeners) {
    this.listeners = listeners;
  }
}

/** A line of text in the figure's place. */
function showProblem(root, error) {
  root.querySelectorAll(".live-problem").forEach((line) => line.remove());
  const message = `This figure cannot be shown. ${error.message ?? error}`;
  root.append(make("p", { class: "live-problem", role: "alert" }, message));
}

/**
 * Make an element of the page into a figure. What it held before (a sentence or a picture for places where nothing
 * moves) goes when the figure stands, and stays when it cannot.
 *
 * @param {Element} root
 * @param {string} name one of FIGURES
 * @param {{library: Library, state: {get, set, onChange}}} host
 * @returns {Promise<() => void>} what ends the figure
 */
async function mountFigure(root, name, host) {
  const fallback = [...root.childNodes];
  // JupyterLab takes the arrow keys for itself wherever this attribute does not stand.
  const stage = make("div", { class: "live-stage", "data-lm-suppress-shortcuts": "true" });
  try {
    if (!(name in FIGURES)) throw new Error(`There is no figure called "${name}".`);
    root.append(stage);
    const figure = await FIGURES[name].start(stage, host);
    fallback.forEach((node) => node.remove());
    root.dataset.ready = "true";
    return onThemeChange(() => figure.repaint());
  } catch (error) {
    stage.remove();
    showProblem(root, error);
    return () => {};
  }
}
