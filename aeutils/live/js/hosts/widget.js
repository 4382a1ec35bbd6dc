// The host in a notebook: the kernel has the files and, in the traits of a Python object, the state.

import { Library } from "../parts/library.js";
import { make } from "../parts/page_elements.js";
import { mountFigure } from "./mount.js";

const SAVE_MILLISECONDS = 100; // between two messages to the kernel while something moves

/** The state in the traits of a Python object. */
class KernelState {
  constructor(model) {
    this.model = model;
    this.listeners = {};
    this.timer = null;
  }

  get(name) {
    return this.model.get(name);
  }

  set(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.model.save_changes();
    }, SAVE_MILLISECONDS);
  }

  /** Whoever changes a value: the reader here, another view, or Python. */
  onChange(listeners) {
    this.listeners = listeners;
    for (const [name, listener] of Object.entries(listeners)) this.model.on(`change:${name}`, listener);
  }

  end() {
    for (const [name, listener] of Object.entries(this.listeners)) this.model.off(`change:${name}`, listener);
  }
}

/** The bytes of a file: hosts hand over a DataView, a Uint8Array or an ArrayBuffer. */
function bytesOf(data) {
  return new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
}

/** Ask the kernel for a file and wait for its answer. */
function loadFromKernel(model, name) {
  return new Promise((resolve, reject) => {
    const answer = (message, [data]) => {
      if (message.file !== name) return;
      model.off("msg:custom", answer);
      if (message.problem) reject(new Error(message.problem));
      else resolve(bytesOf(data));
    };
    model.on("msg:custom", answer);
    model.send({ file: name });
  });
}

export default {
  render({ model, el }) {
    const root = make("div", { class: "aeutils-live" });
    el.append(root);
    const state = new KernelState(model);
    const library = new Library(model.get("_files"), (name) => loadFromKernel(model, name));
    const started = mountFigure(root, model.get("_figure"), { library, state });
    return () => {
      state.end();
      started.then((end) => end());
    };
  },
};
