// A device whose clock is wrong: all that the page can learn of the date is so many seconds off.
(() => {
  const True = Date;
  const off = SECONDS * 1000;
  const now = () => True.now() + off;
  class Wrong extends True {
    constructor(...given) {
      if (given.length) super(...given);
      else super(now());
    }
    static now() {
      return now();
    }
  }
  window.Date = Wrong;
})();
