// Put into a viewer's page: reads the clock in the picture, and measures the sound.
(() => {
  const BITS = 44, CHECK = 8, CELLS = 2 + BITS + CHECK;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  const trueNow = Date.now; // of this machine, whatever clock the page is given
  const check = (value) => {
    let folded = 0x5a;
    for (let shift = 0n; shift < BigInt(BITS); shift += 4n) folded = (folded * 31 + Number((value >> shift) & 15n)) & 0xff;
    return folded;
  };
  const video = () => document.querySelector("video");

  // Unix ms shown in the frame on the screen, or null. `drawn`: how wide the clock was drawn, where it was scaled on its way.
  window.readClock = (source = video(), drawn = 0) => {
    if (!source || source.readyState < 2 || !source.videoWidth) return null;
    const { videoWidth: width, videoHeight: height } = source;
    canvas.width = width;
    canvas.height = height;
    context.drawImage(source, 0, 0);
    const whole = drawn || width, scale = width / whole, unit = Math.floor(whole / (CELLS + 3));
    const cell = unit * scale, tall = Math.floor(height / 16), left = Math.floor((whole - CELLS * unit) / 2) * scale;
    const row = context.getImageData(0, height - tall + Math.floor(tall / 2), width, 1).data;
    let word = 0n;
    for (let index = 0; index < CELLS; index += 1) {
      const at = Math.floor(left + (index + 0.5) * cell) * 4;
      const bit = (row[at] + row[at + 1] + row[at + 2]) / 3 > 125 ? 1 : 0;
      if (index === 0 && bit !== 1) return null;
      if (index === 1 && bit !== 0) return null;
      if (index > 1) word = (word << 1n) | BigInt(bit);
    }
    const value = word >> BigInt(CHECK);
    return check(value) === Number(word & 0xffn) ? Number(value) : null;
  };

  // Seconds from the teacher's camera to this screen.
  window.glass = (source = video(), drawn = 0) => {
    const shown = window.readClock(source, drawn);
    return shown === null ? null : (trueNow() - shown) / 1000;
  };

  // The glass-to-glass time every `every` ms for `seconds`.
  window.glassSeries = async (seconds, every = 200) => {
    const values = [];
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      const value = window.glass();
      if (value !== null) values.push(value);
      await new Promise((done) => setTimeout(done, every));
    }
    return values;
  };

  // Watch until `enough` is said and the picture runs, or for `atMost` seconds: the longest time it stood still, and the
  // glass-to-glass times of the last five seconds.
  window.watchPicture = async (atMost) => {
    window.enough = false;
    const began = performance.now();
    let shown = null, moved = began, longest = 0, now = began;
    const ages = [];
    while (now - began < atMost * 1000 && !(window.enough && now - moved < 500)) {
      const value = window.readClock();
      now = performance.now();
      if (value !== null) {
        ages.push([now, (trueNow() - value) / 1000]);
        if (value !== shown) {
          longest = Math.max(longest, now - moved);
          shown = value;
          moved = now;
        }
      }
      await new Promise((done) => setTimeout(done, 50));
      now = performance.now();
    }
    const last = ages.filter(([at]) => at > now - 5000).map(([, age]) => age);
    return { frozen: Math.max(longest, now - moved) / 1000, ages: last };
  };

  // The clock in the picture (Unix ms) at which each of these becomes true, in their order; where something hides the clock, as it
  // must have gone on since.
  window.moments = async (conditions, seconds) => {
    const found = [];
    const until = performance.now() + seconds * 1000;
    let seen = null;
    while (found.length < conditions.length && performance.now() < until) {
      const at = video().currentTime, clock = window.readClock();
      if (clock !== null) seen = { clock, at };
      if (seen && conditions[found.length]()) found.push(seen.clock + (at - seen.at) * 1000);
      await new Promise((done) => setTimeout(done, 30));
    }
    return found;
  };

  // Bytes of sound decoded within a second: for a browser too old for captureStream (it dies of it).
  window.heard = async () => {
    const before = video().webkitAudioDecodedByteCount;
    await new Promise((done) => setTimeout(done, 1000));
    return video().webkitAudioDecodedByteCount - before;
  };

  // Loudness and main frequency of what the video plays, for a second.
  window.listen = async () => {
    const stream = video().captureStream();
    if (!stream.getAudioTracks().length) return { peak: 0, hertz: 0 };
    const audio = new AudioContext();
    await audio.resume();
    const analyser = audio.createAnalyser();
    analyser.fftSize = 8192;
    audio.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(analyser);
    const wave = new Float32Array(analyser.fftSize), spectrum = new Float32Array(analyser.frequencyBinCount);
    let peak = 0, hertz = 0;
    for (let tries = 0; tries < 10; tries += 1) {
      await new Promise((done) => setTimeout(done, 100));
      analyser.getFloatTimeDomainData(wave);
      const now = wave.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      if (now <= peak) continue;
      peak = now;
      analyser.getFloatFrequencyData(spectrum);
      hertz = (spectrum.indexOf(Math.max(...spectrum)) * audio.sampleRate) / analyser.fftSize;
    }
    await audio.close();
    return { peak, hertz };
  };
})();
