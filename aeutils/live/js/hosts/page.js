// The host in a built page. Before it are written DATA_FILES, the files that stand beside this script, and STATES,
// what each figure starts with.

import { Library } from "../parts/library.js";
import { make } from "../parts/page_elements.js";
import { mountFigure, showProblem } from "./mount.js";

const OWN_ADDRESS = document.currentScript.src;
const waiting = new Map(); // name of a file -> what to do with its text

/** Data files are scripts that call this. */
window.aeutilsLive = {
  receive(name, text) {
    waiting.get(name)?.(text);
  },
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

/** base64 of gzip, as bytes. */
async function unpack(text) {
  if (typeof DecompressionStream === "undefined") throw new Error("It needs a browser of 2023 or later.");
  const characters = atob(text);
  const packed = new Uint8Array(characters.length);
  for (let i = 0; i < packed.length; i++) packed[i] = characters.charCodeAt(i); // several times as fast as Uint8Array.from
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Fetch a data file by adding it as a script: the one way that works from a disk as well. */
async function loadBeside(name) {
  const text = await new Promise((resolve, reject) => {
    const script = make("script", { src: new URL(`${name}.js?v=${DATA_FILES[name]}`, OWN_ADDRESS).href });
    waiting.set(name, resolve);
    script.onload = () => reject(new Error(`The file ${name}.js is damaged.`)); // too late, if it handed over its text
    script.onerror = () => reject(new Error(`The file ${name}.js is missing or cannot be read.`));
    document.head.append(script);
  });
  return unpack(text).catch((error) => {
    throw new Error(`The file ${name}.js is damaged: ${error.message}`);
  });
}

const pageLibrary = new Library(Object.keys(DATA_FILES), loadBeside);

function startPlaceholder(root) {
  const { figure, state } = root.dataset;
  let given = {};
  try {
    given = JSON.parse(state || "{}");
  } catch {
    showProblem(root, new Error(`Its state is not JSON: ${state}`));
    return;
  }
  const values = { ...structuredClone(STATES[figure] ?? {}), ...given };
  mountFigure(root, figure, { library: pageLibrary, state: new PageState(values) });
}

// A figure starts when it comes near the window, so that a long page opens at once.
const nearWindow = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      nearWindow.unobserve(entry.target);
      startPlaceholder(entry.target);
    }
  },
  { rootMargin: "600px" },
);
document.querySelectorAll(".aeutils-live").forEach((root) => nearWindow.observe(root));
