// The side of the conversation that trains: in a worker, or in the page where there are no workers.

import { writeSafetensors } from "./learned_weights.js";
import { isAssembled } from "./matrix.js";
import { Trainer } from "./trainer.js";

const REPORT_MILLISECONDS = 100; // at least, between two reports
const REPORT_SHARE = 0.1; // of the time, at most, goes into them
const LATE_MILLISECONDS = 50; // so far a training that is slowed down may catch up

/** One job, from its beginning until it is ended. It works in slices, and between two of them others get their turn. */
class Session {
  constructor({ job, run }, post, slice) {
    Object.assign(this, { trainer: new Trainer(job), number: run, post, slice });
    Object.assign(this, { stepsLeft: 0, losses: [], seconds: 0, nextReport: 0, sliceEnd: 0 });
    this.interval = 1000 / (job.stepsPerSecond ?? Infinity); // milliseconds from one step to the next, at least
    this.nextStep = 0;
    this.isSeen = true; // whether the page has seen the last report: a page that is busy or hidden gets no heap of them
    this.isWorking = this.isOver = false;
  }

  get mayStep() {
    return this.stepsLeft > 0 && !this.trainer.isFinished && !this.isOver;
  }

  /** Says what it begins with, prepares, and takes as many steps as it may; afterwards it waits for `run`. */
  async begin() {
    this.isWorking = true;
    await this.report();
    await this.inSlices(this.trainer.prepare());
    await this.work();
  }

  async run(steps) {
    this.stepsLeft = steps;
    if (!this.isWorking) await this.work();
  }

  async work() {
    this.isWorking = true;
    do {
      while (this.mayStep) {
        const start = performance.now();
        this.losses.push(this.trainer.step());
        this.stepsLeft -= 1;
        this.seconds += (performance.now() - start) / 1000;
        const isDue = this.isSeen && start > this.nextReport;
        if (isDue && this.mayStep) await this.report(); // after the last step comes one anyway
        await this.wait(start);
        await this.breathe();
      }
      await this.report();
    } while (this.mayStep); // it may have been told to go on meanwhile
    this.isWorking = false;
  }

  async report() {
    const start = performance.now();
    const seen = await this.inSlices(this.trainer.look());
    if (this.isOver) return;
    const now = performance.now();
    this.nextReport = now + Math.max(REPORT_MILLISECONDS, (now - start) * (1 / REPORT_SHARE - 1));
    this.isSeen = false;
    const { done: step, steps, stepsPerEpoch, isFinished } = this.trainer;
    const loss = this.losses.length > 0 ? this.losses.reduce((sum, value) => sum + value) / this.losses.length : null;
    this.losses = [];
    const { mayStep: isRunning, seconds } = this;
    const report = { step, steps, stepsPerEpoch, loss, seconds, isRunning, isFinished, isAssembled, ...seen };
    this.post({ report, run: this.number }, [seen.codes.buffer, seen.decoded.buffer]);
  }

  async inSlices(work) {
    while (!this.isOver) {
      const { done, value } = work.next();
      if (done) return value;
      await this.breathe();
    }
  }

  /** Until the next step is due. Timers are coarse, so it may fall behind a little, and catches up. */
  async wait(start) {
    this.nextStep = Math.max(this.nextStep, start - LATE_MILLISECONDS) + this.interval;
    const early = this.nextStep - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
  }

  async breathe() {
    if (performance.now() < this.sliceEnd) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.sliceEnd = performance.now() + this.slice;
  }
}

/**
 * Takes orders and answers them.
 *
 * | order | |
 * |---|---|
 * | `{ order: "begin", job, run }` | a new job, in the place of the one before; `run` is its number |
 * | `{ order: "run", steps }` | take so many steps |
 * | `{ order: "pause" }`, `{ order: "end" }` | |
 * | `{ order: "seen" }` | the last report was shown; another may come |
 * | `{ order: "decode", codes, id }`, `{ order: "save", id }` | answered by `{ reply, id }` |
 *
 * Other answers: `{ report, run }`, and `{ problem }`, a sentence, after which nothing is trained any more.
 *
 * @param {(answer: object, transfer?: ArrayBuffer[]) => void} post
 * @param {number} slice milliseconds
 * @returns {(order: object) => Promise<void>}
 */
export function answerOrders(post, slice) {
  let session = null;

  function end() {
    if (session) session.isOver = true;
    session = null;
  }

  const answers = {
    begin(order) {
      end();
      session = new Session(order, post, slice);
      return session.begin();
    },
    run: ({ steps }) => session?.run(steps),
    pause: () => void (session && (session.stepsLeft = 0)),
    seen: () => void (session && (session.isSeen = true)),
    decode: ({ codes, id }) => session && post({ reply: session.trainer.decode(codes), id }),
    save: ({ id }) => session && post({ reply: writeSafetensors(session.trainer.model.tensors()), id }),
    end,
  };

  return async (order) => {
    try {
      await answers[order.order](order);
    } catch (error) {
      end();
      post({ problem: error.message });
    }
  };
}
