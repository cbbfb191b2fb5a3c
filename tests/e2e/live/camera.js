// Stands in for the camera and the microphone, and for nothing else: a picture with a clock that machines can read (the strip
// of lantian/content/media/engine/lesson/clock.py) and a steady tone. Everything behind getUserMedia is the page's own.
(() => {
  if (!navigator.mediaDevices) return;
  // a teacher's, unless the page is told what another room is like: its wall, its tone (Hz), how large and how often (ms) it is seen
  // (`wakes`: ms until the first picture, which a real camera takes too)
  const { wall = "#2b5f8a", tone: hertz = 440, width = 1280, height = 720, every = 40, wakes = 0 } = window.__camera ?? {};
  const BITS = 44, CHECK = 8, CELLS = 2 + BITS + CHECK;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  const check = (value) => {
    let folded = 0x5a;
    for (let shift = 0; shift < BITS; shift += 4) folded = (folded * 31 + Number((value >> BigInt(shift)) & 15n)) & 0xff;
    return folded;
  };
  const draw = () => {
    const now = Date.now();
    const value = BigInt(now);
    const word = (value << BigInt(CHECK)) | BigInt(check(value));
    context.fillStyle = wall;
    context.fillRect(0, 0, width, height);
    context.fillStyle = "#fff";
    context.font = "700 96px sans-serif";
    context.fillText(new Date(now).toISOString().slice(11, 23), width / 2 - 300, height / 2 - 30);
    const cell = Math.floor(width / (CELLS + 3)), tall = Math.floor(height / 16), left = Math.floor((width - CELLS * cell) / 2);
    context.fillStyle = "#101010";
    context.fillRect(0, height - tall, width, tall);
    for (let index = 0; index < CELLS; index += 1) {
      const bit = index === 0 ? 1 : index === 1 ? 0 : Number((word >> BigInt(CELLS - 1 - index)) & 1n);
      context.fillStyle = bit ? "#ebebeb" : "#101010";
      context.fillRect(left + index * cell, height - tall, cell, tall);
    }
  };
  let stream = null;
  const open = () => {
    if (stream) return stream;
    const worker = new Worker(URL.createObjectURL(new Blob([`setInterval(() => postMessage(0), ${every})`])));
    const moving = canvas.captureStream(0);
    const awake = performance.now() + wakes;
    worker.onmessage = () => {
      if (performance.now() < awake) return;
      draw();
      moving.getVideoTracks()[0].requestFrame();
    };
    const audio = new AudioContext();
    const tone = audio.createOscillator(), gain = audio.createGain(), out = audio.createMediaStreamDestination();
    tone.frequency.value = hertz;
    gain.gain.value = 0.4;
    tone.connect(gain).connect(out);
    tone.start();
    void audio.resume();
    stream = new MediaStream([...moving.getVideoTracks(), ...out.stream.getAudioTracks()]);
    return stream;
  };
  const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    // the real question is asked and the real capture runs: the browser treats the tab as it treats a teacher's
    await original(wish);
    const source = open();
    const tracks = [];
    if (wish.video) tracks.push(source.getVideoTracks()[0].clone());
    if (wish.audio) tracks.push(source.getAudioTracks()[0].clone());
    return new MediaStream(tracks);
  };
})();
