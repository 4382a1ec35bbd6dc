// A line through a cloud of dots, which the reader turns: the shadows on it, the distances from it, and PCA's line.

import { castShadows, makeCloud, principalAngle } from "../learning/plane_cloud.js";
import { drawDot } from "../parts/code_dots.js";
import { onePointer } from "../parts/one_pointer.js";
import { make, Plate, styleOf } from "../parts/page_elements.js";

const CLOUD_SEED = 3;
const CLOUD_SIDES = [6.4, 4]; // what of the plane is drawn at least

export async function lineThroughCloud(stage, { state }) {
  check();
  const dots = makeCloud(CLOUD_SEED);
  const best = principalAngle(dots);
  const least = castShadows(dots, best).lost;
  let closest = Infinity; // of what the reader has tried
  const slider = make("input", {
    type: "range", class: "live-slider", min: "0", max: "180", step: "1",
    input: () => turnTo(Number(slider.value)),
  });
  const value = make("span", { class: "live-value", "aria-hidden": "true" });
  const reveal = make("button", { type: "button", class: "live-button", click: () => turnTo(best) }, "PCA's line");
  const line = make("p", { class: "live-words", role: "status" });
  const score = make("p", { class: "live-words live-caption" });
  const plate = new Plate(draw);
  const bars = [["kept", "variance of the shadows"], ["lost", "mean squared distance"]].map(([name, words]) => {
    const bar = make("span", { class: `live-bar live-bar-${name}` });
    return { name, bar, element: make("p", { class: "live-words live-barred" }, make("span", {}, words), bar) };
  });
  const frame = make(
    "div",
    { class: "live-plane", role: "img", "aria-label": "a cloud of dots and a line through its middle",
      ...onePointer({ begin: hold, move: pointTo }) },
    plate.element,
  );
  stage.append(
    frame,
    make("label", { class: "live-words live-slider-label" }, "turn the line ", slider, value),
    ...bars.map(({ element }) => element),
    line,
    score,
    reveal,
  );

  function check() {
    const angle = state.get("angle");
    if (!Number.isFinite(angle) || angle < 0 || angle > 180) {
      throw new Error(`angle is ${JSON.stringify(angle)}; wanted a number of degrees from 0 to 180.`);
    }
  }

  function turnTo(angle) {
    if (angle !== best) closest = Math.min(closest, castShadows(dots, angle).lost);
    state.set({ angle });
  }

  function hold(event) {
    frame.setPointerCapture(event.pointerId);
    pointTo(event);
  }

  /** The line goes through the pointer. */
  function pointTo(event) {
    const box = frame.getBoundingClientRect();
    const [right, up] = [event.clientX - box.left - box.width / 2, box.top + box.height / 2 - event.clientY];
    if (right || up) turnTo(Math.round((Math.atan2(up, right) * 180) / Math.PI + 360) % 180);
  }

  function draw(context, width, height) {
    const angle = state.get("angle");
    const scale = Math.min(width / CLOUD_SIDES[0], height / CLOUD_SIDES[1]);
    const at = ([x, y]) => [width / 2 + x * scale, height / 2 - y * scale];
    const [c, s] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    const { shadows } = castShadows(dots, angle);
    const stroke = (from, to, color, lineWidth) => {
      context.strokeStyle = styleOf(stage, color);
      context.lineWidth = lineWidth;
      context.beginPath();
      context.moveTo(...at(from));
      context.lineTo(...at(to));
      context.stroke();
    };
    context.clearRect(0, 0, width, height);
    const far = width / scale;
    stroke([-far * c, -far * s], [far * c, far * s], "--live-focus", 2);
    dots.forEach((point, i) => stroke(point, [shadows[i] * c, shadows[i] * s], "--live-digit-8", 1));
    dots.forEach((point) => drawDot(context, at(point), 4.5, styleOf(stage, "--live-ink")));
    shadows.forEach((shadow) => drawDot(context, at([shadow * c, shadow * s]), 3.5, styleOf(stage, "--live-digit-1")));
  }

  function show() {
    try {
      check();
    } catch (error) {
      line.textContent = error.message;
      return;
    }
    const angle = state.get("angle");
    const { kept, lost } = castShadows(dots, angle);
    const degrees = `${Math.round(angle)}\u00b0`;
    slider.value = String(angle);
    slider.setAttribute("aria-valuetext", degrees);
    value.textContent = degrees;
    for (const { name, bar } of bars) {
      const part = name === "kept" ? kept : lost;
      bar.style.setProperty("--live-share", part / (kept + lost));
      bar.textContent = part.toFixed(2);
    }
    line.textContent =
      `Line at ${degrees}: variance of the shadows ${kept.toFixed(2)}, mean squared distance ${lost.toFixed(2)}; ` +
      `together ${(kept + lost).toFixed(2)}, at every angle.`;
    if (angle === best) score.textContent = `PCA's line: the least mean squared distance there is, ${least.toFixed(2)}.`;
    else if (closest < Infinity) score.textContent = `Your least so far: ${closest.toFixed(2)}. Can it be less?`;
    else score.textContent = "";
    plate.repaint();
  }

  show();
  state.onChange({ angle: show });
  return { repaint: () => plate.repaint() };
}
