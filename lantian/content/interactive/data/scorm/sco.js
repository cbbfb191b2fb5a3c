/* Finds the platform's SCORM 1.2 interface in the windows around this one. */
var sco = (function () {
  var place = window;
  while (!place.API && place.parent !== place) place = place.parent;
  var api = place.API;
  var began = Date.now();
  api.LMSInitialize('');
  window.addEventListener('pagehide', function () {
    var seconds = Math.round((Date.now() - began) / 1000);
    var two = function (number) { return (number < 10 ? '0' : '') + number; };
    var time = '00' + two(Math.floor(seconds / 3600)) + ':' + two(Math.floor(seconds / 60) % 60) + ':' + two(seconds % 60);
    api.LMSSetValue('cmi.core.session_time', time);
    api.LMSSetValue('cmi.core.exit', 'suspend');
    api.LMSFinish('');
  });
  return {
    get: function (name) { return api.LMSGetValue(name); },
    set: function (name, value) { api.LMSSetValue(name, String(value)); },
    keep: function () { api.LMSCommit(''); }
  };
})();
