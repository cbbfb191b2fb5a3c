// Put into a viewer's page: what of its sound is missing. All samples are looked at, in blocks of 10 ms; a lesson that is never
// silent is taken for granted.
(() => {
  const LOUD = 0.002, EVERY_MS = 200;
  window.hearing = { gaps: [], silent: 0, blocks: 0, missed: 0 };
  const heard = window.hearing;
  window.listenOn = async () => {
    const audio = new AudioContext();
    await audio.resume();
    const source = audio.createMediaElementSource(document.querySelector("video")), analyser = audio.createAnalyser();
    analyser.fftSize = 32768;
    source.connect(analyser);
    source.connect(audio.destination);
    const block = Math.round(audio.sampleRate / 100), wave = new Float32Array(analyser.fftSize);
    let seen = Math.round(audio.currentTime * audio.sampleRate);
    setInterval(() => {
      const now = Math.round(audio.currentTime * audio.sampleRate), clock = Date.now();
      const fresh = Math.floor((now - seen) / block) * block;
      if (fresh > wave.length) heard.missed += fresh - wave.length;
      analyser.getFloatTimeDomainData(wave);
      for (let at = Math.max(0, wave.length - (now - seen)); at + block <= wave.length; at += block) {
        let most = 0;
        for (let index = at; index < at + block; index += 1) most = Math.max(most, Math.abs(wave[index]));
        heard.blocks += 1;
        if (most < LOUD) heard.silent += 10;
        else if (heard.silent) {
          const end = clock - ((wave.length - at) / audio.sampleRate) * 1000;
          heard.gaps.push([Math.round(end - heard.silent), heard.silent]);
          heard.silent = 0;
        }
      }
      seen += fresh;
    }, EVERY_MS);
  };
})();
