// One pointer at a time: a finger, the pen or the mouse's main button. What else touches meanwhile does nothing.

/**
 * Listeners for an element that is drawn on, pointed at or turned.
 * @param {object} listeners
 * @param {(event: PointerEvent) => void} listeners.begin
 * @param {(event: PointerEvent) => void} listeners.move
 * @param {(event: PointerEvent) => void} [listeners.end] after a "pointerup", or whatever else took the pointer away
 * @param {(event: PointerEvent) => void} [listeners.hover] a move while nothing is pressed
 */
export function onePointer({ begin, move, end = () => {}, hover = () => {} }) {
  let held = null;
  const isHeld = (event) => event.pointerId === held;
  const letGo = (event) => {
    if (!isHeld(event)) return;
    held = null;
    end(event);
  };
  return {
    pointerdown(event) {
      if (event.button !== 0 || (held !== null && !isHeld(event))) return;
      held = event.pointerId;
      begin(event);
    },
    pointermove(event) {
      if (held === null && !event.buttons) hover(event);
      if (!isHeld(event)) return;
      if (event.buttons & 1) move(event);
      else letGo(event); // another button is still down
    },
    pointerup: letGo,
    pointercancel: letGo,
    pointerleave: letGo,
    lostpointercapture: letGo,
  };
}
