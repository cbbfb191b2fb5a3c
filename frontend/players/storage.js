/* Before H5P's own script: where a browser lets frames of another site keep nothing, asking for localStorage raises, and H5P stops
   half-way. Then what it puts there lasts as long as the page; what is to be kept goes another way. */
(function () {
  try {
    window.localStorage.length;
  } catch (refused) {
    var held = {};
    var store = {
      getItem: function (key) { return Object.prototype.hasOwnProperty.call(held, key) ? held[key] : null; },
      setItem: function (key, value) { held[key] = String(value); },
      removeItem: function (key) { delete held[key]; },
      clear: function () { held = {}; },
    };
    Object.defineProperty(window, "localStorage", { value: store, configurable: true });
  }
})();
