// A training that a figure starts, watches and stops. It runs in a worker; where none may run, in the page, a little at
// a time. `learningScope`, the function that holds worker.js and all that it needs, is written before this script: its
// text is what a worker runs, and the page calls it where there are no workers.

const WORKER_SLICE = 50; // milliseconds of work, after which a worker looks for orders
const PAGE_SLICE = 30; // and after which a page that has to train by itself does what else it has to do

const NO_WORKER = "No worker may run here, so the page trains by itself, a little at a time: it takes longer.";
const NO_ASSEMBLY = "WebAssembly is not allowed here, so training takes two to three times as long.";

/**
 * A job says what is trained, on what, and how:
 *
 *     {
 *       model: { kind: "dense", inputSize: 3, hidden: [64, 64], latentDim: 2, activation: "elu" },
 *              // or "relu", "tanh", "linear"; or the article's network: { kind: "conv", latentDim: 2 };
 *              // or { kind: "dense-vae", inputSize: 784, hidden: [128, 32], latentDim: 2 }, whose codes are clouds
 *       inputs, // numbers, one input after the other; a Uint8Array holds intensities, 0 to 255
 *       recipe: { // these, where nothing else is said; as in aeutils/training.py and unrolling.py
 *         numEpochs: 25, batchSize: 256, lr: 0.01, oneCycle: true, rise: 0.15, beta2: 0.999, geodesicWeight: 0,
 *         klWeight: 1, // what a nat costs: the beta of `ELBOLoss`, for "dense-vae" only
 *       },
 *       seed: 0, // of the first weights and of the batches, as in PyTorch
 *       watch: {
 *         inputs, // what the reports are about; those above, if nothing is said
 *         decoded: 0, // of how many of them, the first, the reports hold what the network makes of them
 *         sheet, // what is known about them gives the score: of the roll (length, height) each,
 *         labels, // or whole numbers,
 *         values, // or numbers, for codes of one number
 *       },
 *       stepsPerSecond: Infinity, // at most, for a training that is to be watched
 *     }
 *
 * A report says how far it is:
 *
 *     {
 *       step, steps, stepsPerEpoch, // how many are done, of how many
 *       loss, // mean over the steps since the last report; null if there were none
 *       seconds, // that went into steps
 *       isRunning, isFinished,
 *       codes, decoded, error, // of what is watched: all codes, the first decoded, the mean squared error of all
 *       logVariances, kl, // all log-variances of the clouds of what is watched, their mean divergence; else null
 *       score, // as `scoreUnrolling`, `knnAccuracy` or `rankCorrelation` of scores.js gives it; else null
 *       notice, // a sentence if it is slower here than elsewhere, else ""
 *     }
 *
 * The first comes before the first step, another at most every 100 milliseconds, and one whenever it pauses. Nothing
 * runs before one of `start`, `step` and `restart` is called.
 */
export class Training {
  /**
   * @param {object} parts
   * @param {object} parts.job
   * @param {(report: object) => void} parts.onReport
   * @param {(sentence: string) => void} parts.onProblem what went wrong; nothing runs any more, and `start` begins anew
   */
  constructor({ job, onReport, onProblem }) {
    Object.assign(this, { job, onReport, onProblem });
    this.trainer = null; // a promise of whoever trains
    this.run = 0; // how often it was begun: a report of an earlier run may still be on its way
    this.questions = new Map(); // id -> what to do with the answer
    this.asked = 0;
    this.onLeave = () => this.end();
  }

  /** Train until it is paused or finished. */
  start() {
    this.send({ order: "run", steps: Infinity });
  }

  /** Take some steps and pause. A report's `stepsPerEpoch` of them are an epoch. */
  step(steps = 1) {
    this.send({ order: "run", steps });
  }

  pause() {
    if (this.trainer) this.send({ order: "pause" });
  }

  /** Go back to the beginning, paused. With another seed: `restart({ ...training.job, seed: 1 })`. */
  restart(job = this.job) {
    this.job = job;
    if (this.trainer) this.begin();
    else this.employ();
  }

  /** What codes stand for, as the network is now. @returns {Promise<Float32Array>} */
  decode(codes) {
    return this.ask({ order: "decode", codes });
  }

  /** The weights, a safetensors file for `new Network(bytes, 2)` and for PyTorch. @returns {Promise<Uint8Array>} */
  save() {
    return this.ask({ order: "save" });
  }

  /** Stop, and let the worker go. Leaving the page does it as well. */
  end() {
    window.removeEventListener("pagehide", this.onLeave);
    this.trainer?.then((trainer) => trainer.terminate());
    this.trainer = null;
    this.questions.clear();
  }

  send(order) {
    if (!this.trainer) this.employ();
    this.trainer.then((trainer) => trainer.postMessage(order));
  }

  ask(question) {
    const id = ++this.asked;
    return new Promise((resolve) => {
      this.questions.set(id, resolve);
      this.send({ ...question, id });
    });
  }

  /** Find somebody who trains, and hand over the job. */
  employ() {
    window.addEventListener("pagehide", this.onLeave);
    const employed = hireWorker()
      .catch(() => new PageTrainer())
      .then((trainer) => {
        const hear = (answer) => this.trainer === employed && this.hear(answer, trainer);
        trainer.onmessage = ({ data }) => hear(data);
        trainer.onerror = () => hear({ problem: "The worker that trained has died. Start again." });
        return trainer;
      });
    this.trainer = employed;
    this.begin();
  }

  begin() {
    this.run += 1;
    this.send({ order: "begin", job: this.job, run: this.run });
  }

  hear({ report, run, reply, id, problem }, trainer) {
    if (problem) {
      this.end();
      this.onProblem(problem);
    } else if (report) {
      if (run !== this.run) return;
      const notice = trainer instanceof PageTrainer ? NO_WORKER : report.isAssembled ? "" : NO_ASSEMBLY;
      this.onReport({ ...report, notice });
      trainer.postMessage({ order: "seen" });
    } else {
      this.questions.get(id)?.(reply);
      this.questions.delete(id);
    }
  }
}

/** A worker that has said its first word. Where a content policy forbids it, an error comes instead. */
function hireWorker() {
  const source = [
    '"use strict";',
    `const answer = (${learningScope})()((...message) => postMessage(...message), ${WORKER_SLICE});`,
    "onmessage = ({ data }) => answer(data);",
    'postMessage("here");',
  ];
  const address = URL.createObjectURL(new Blob([source.join("\n")], { type: "text/javascript" }));
  return new Promise((resolve, reject) => {
    const worker = new Worker(address);
    worker.onmessage = () => resolve(worker);
    worker.onerror = reject;
  }).finally(() => URL.revokeObjectURL(address));
}

/** What a worker offers, in the page itself. */
class PageTrainer {
  constructor() {
    this.postMessage = learningScope()((data) => this.onmessage({ data }), PAGE_SLICE);
  }

  terminate() {
    this.postMessage({ order: "end" });
  }
}
