// The latent map: codes of two numbers as dots in a square. Where you point, the decoder draws.

const MAP_LIMIT = 1.05; // the axes run a little beyond the codes
const VOTERS = 10;
const NEAR = 0.1; // codes further than this say nothing about a place
const STEP = 0.02; // of an arrow key; with shift five times that
const REACH = { mouse: 14, pen: 14, touch: 26 }; // pixels from a click to the dot that is meant

/** Middles of the classes: the median of each coordinate. */
function classMiddles(labels, codes) {
  return Array.from({ length: 10 }, (_, digit) => {
    const own = codes.filter((_, i) => labels[i] === digit);
    return own.length ? Array.from(own[0], (_, axis) => quantile(own.map((z) => z[axis]), 0.5)) : null;
  });
}

/** A place in the square, or an error that says what came. */
function checkPlace(z, latentDim) {
  const isPlace = Array.isArray(z) && z.length === latentDim && z.every((value) => Math.abs(value) <= 1);
  if (!isPlace) throw new Error(`z is ${JSON.stringify(z)}; wanted ${latentDim} numbers from \u22121 to 1.`);
  return z;
}

/** What lies around a place, in words. */
function placeText(z, labels, codes) {
  const found = nearest(codes, z, VOTERS);
  const around =
    found[0].distance > NEAR
      ? `The nearest held-out digit, a ${labels[found[0].index]}, is ${found[0].distance.toFixed(2)} away.`
      : `The ten nearest held-out digits: ${voteText(vote(labels, found))}.`;
  return `Drawn from z = ${codeText(z)}. ${around}`;
}

async function latentMap(stage, { library, state }) {
  checkPlace(state.get("z"), 2);
  const [digits, network, codes] = await Promise.all([library.digits(), library.network(2), library.codes(2)]);
  const { labels } = digits;
  const middles = classMiddles(labels, codes);
  const isShown = (index) => state.get("digits").includes(labels[index]);

  const toPixels = (z, side) => [(z[0] / MAP_LIMIT + 1) * side / 2, (1 - z[1] / MAP_LIMIT) * side / 2];
  const plate = new Plate(drawDots);
  const cross = make("div", { class: "live-cross", "aria-hidden": "true" });
  const map = make(
    "div",
    {
      class: "live-map", tabindex: "0", role: "application", "aria-roledescription": "map",
      "aria-label": "Map of codes. Arrow keys move the place that is drawn, with shift faster; " +
        "Enter chooses the nearest digit, Escape lets it go.",
      pointermove: follow, pointerdown: follow, click: chooseAt, keydown: onKey,
    },
    plate.element,
    cross,
  );
  const drawn = new Picture("drawn digit");
  const line = make("p", { class: "live-words", role: "status" });
  const chosen = new ChosenDigit(digits, network, codes);
  const switches = new DigitSwitches(state.get("digits"), (shown) => state.set({ digits: shown }));
  drawn.element.classList.add("live-large");
  stage.append(
    make("div", { class: "live-columns" },
      make("div", { class: "live-column" }, map, switches.element),
      make("div", { class: "live-column live-aside" },
        make("div", { class: "live-beside" }, labelled(drawn, "drawn here"), line),
        chosen.element)),
  );

  function drawDots(context, side) {
    context.clearRect(0, 0, side, side);
    context.fillStyle = styleOf(stage, "--live-ink");
    context.font = "italic 13px serif";
    context.fillText("z\u2081", side - 18, side / 2 - 6);
    context.fillText("z\u2082", side / 2 + 6, 14);
    context.strokeStyle = styleOf(stage, "--live-line");
    for (const value of [-1, 0, 1]) {
      const [x, y] = toPixels([value, value], side);
      context.strokeRect(x, 0, 0, side);
      context.strokeRect(0, y, side, 0);
    }
    const colors = Array.from({ length: 10 }, (_, digit) => styleOf(stage, `--live-digit-${digit}`));
    codes.forEach((z, index) => {
      if (!isShown(index)) return;
      context.fillStyle = colors[labels[index]];
      context.beginPath();
      context.arc(...toPixels(z, side), 2.2, 0, 2 * Math.PI);
      context.fill();
    });
    context.font = "bold 20px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 4;
    context.lineJoin = "round";
    middles.forEach((middle, digit) => {
      if (!middle || !state.get("digits").includes(digit)) return;
      context.strokeStyle = styleOf(stage, "--live-paper");
      context.fillStyle = colors[digit];
      context.strokeText(digit, ...toPixels(middle, side));
      context.fillText(digit, ...toPixels(middle, side));
    });
    context.strokeStyle = styleOf(stage, "--live-ink");
    const index = state.get("chosen");
    if (index === null) return;
    [index, ...chosen.found].forEach((one, i) => {
      context.lineWidth = i ? 1 : 2.5;
      context.beginPath();
      context.arc(...toPixels(codes[one], side), i ? 5 : 7, 0, 2 * Math.PI);
      context.stroke();
    });
  }

  function placeOf(event) {
    const box = map.getBoundingClientRect();
    const inside = (value) => Math.max(-1, Math.min(1, value));
    return [
      inside(((event.clientX - box.left) / box.width * 2 - 1) * MAP_LIMIT),
      inside((1 - (event.clientY - box.top) / box.height * 2) * MAP_LIMIT),
    ];
  }

  function follow(event) {
    state.set({ z: placeOf(event) });
  }

  /** The nearest dot that is switched on, if it is near enough. */
  function choose(z, reach) {
    const [best] = nearest(codes, z, codes.length).filter(({ index }) => isShown(index));
    state.set({ chosen: best && best.distance <= reach ? best.index : null });
  }

  function chooseAt(event) {
    const pixels = REACH[event.pointerType] ?? REACH.mouse;
    choose(placeOf(event), (pixels / map.clientWidth) * 2 * MAP_LIMIT);
  }

  function onKey(event) {
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.key in directions) {
      const step = event.shiftKey ? 5 * STEP : STEP;
      const moved = state.get("z").map((value, axis) => value + step * directions[event.key][axis]);
      state.set({ z: moved.map((value) => Math.max(-1, Math.min(1, value))) });
    } else if (event.key === "Enter") {
      choose(state.get("z"), Infinity);
    } else if (event.key === "Escape") {
      state.set({ chosen: null });
    } else {
      return;
    }
    event.preventDefault();
  }

  function showPlace() {
    const z = checkPlace(state.get("z"), 2);
    drawn.show(network.decode(z), `the digit drawn from z = ${codeText(z)}`);
    const [x, y] = toPixels(z, 100);
    cross.style.left = `${x}%`;
    cross.style.top = `${y}%`;
    line.textContent = placeText(z, labels, codes);
  }

  function showChosen() {
    chosen.show(state.get("chosen"), "Click a dot, or press Enter on the map: one digit, its original and its neighbours.");
    plate.repaint();
  }

  function showDigits() {
    switches.set(state.get("digits"));
    plate.repaint();
  }

  showPlace();
  showChosen();
  state.onChange({ z: showPlace, chosen: showChosen, digits: showDigits });
  return {
    repaint() {
      [drawn, chosen, plate].forEach((part) => part.repaint());
    },
  };
}
