// One end of a stage without the rest of its page: the lesson's socket, the page's own connections (`Stage`), and what it sees.
// Put into a page of the platform behind camera.js and reader.js.
window.end = { ages: {}, first: {}, since: {}, on: new Set(), lost: 0, videos: {} };
// `looks`: the ends whose pictures' age is read here; all of them where it is not said.
window.takePart = async ({ path, ticket, teacher, key, line, bits, drawn, looks }) => {
  const media = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  const timers = {
    now: () => Date.now(),
    after: (ms, run) => { const id = setTimeout(run, ms); return () => clearTimeout(id); },
    every: (ms, run) => { const id = setInterval(run, ms); return () => clearInterval(id); },
  };
  let socket = null, talk = null, own = null, asked = false;
  let ends = [];
  const invited = new Set();
  const say = (message) => socket?.readyState === 1 && socket.send(JSON.stringify(message));
  const act = (kind, data = {}) => say({ t: "do", id: crypto.randomUUID(), kind, data });
  const watch = () => {
    for (const [other, view] of talk?.ends ?? []) {
      const state = view.state === "up";
      if (state) window.end.on.add(other); else window.end.on.delete(other);
      const video = (window.end.videos[other] ??= Object.assign(document.createElement("video"), { playsInline: true }));
      if (video.srcObject !== view.stream) { video.srcObject = view.stream; document.body.append(video); }
      if (video.paused) video.play().catch(() => undefined);
    }
    for (const other of [...window.end.on]) if (!talk?.ends.has(other)) window.end.on.delete(other);
  };
  const connect = () => {
    const others = teacher ? ends.filter((each) => each.state === "on") : own?.state === "on" ? [{ key: "teacher", line: "" }, ...own.peers] : [];
    if (!others.length) { talk?.stop(); talk = null; asked = false; watch(); return; }
    if (!talk && !asked) { asked = true; say(teacher ? { t: "stage" } : { t: "stage", line }); return; }
    talk?.connect(others);
    watch();
  };
  const begin = (answer) => {
    talk = Stage.lineFor(talk, answer, {
      key, timers, audio: media.getAudioTracks()[0], video: media.getVideoTracks()[0], videoBits: bits, say, changed: watch,
    });
    connect();
  };
  const learn = (map) => {
    if (!map || !("stage" in map)) return;
    if (teacher) {
      ends = map.stage?.ends ?? [];
      for (const each of ends) window.end.since[each.key] ??= each.state === "on" ? performance.now() : undefined;
    } else {
      own = map.stage ?? null;
      if (own?.state === "invited") { window.end.accepted = performance.now(); act("stage.accept", { line }); }
    }
    connect();
  };
  const hear = (message) => {
    if (Stage.heard(talk, message)) return;
    if (message.t === "ready" && talk) say({ t: "stage" });
    else if (message.t === "stage" && message.ice) begin(message);
    else if (message.t === "room") learn({ stage: null, ...(teacher ? message.desk : message.you) }); // all of it: what is not named is no more
    else if (message.t === "desk" && teacher) learn(message.set);
    else if (message.t === "you" && !teacher) learn("*" in message.set ? { stage: null, ...message.set } : message.set);
    else if (message.t === "done" && !teacher) learn(message.you);
    else if (message.t === "not") (window.end.refused ??= []).push(message.code);
  };
  const open = () => {
    socket = new WebSocket(`${location.origin.replace("http", "ws")}${path}?ticket=${ticket}`);
    socket.onmessage = (event) => hear(JSON.parse(event.data));
    socket.onopen = () => {
      asked = false;
      if (teacher) say({ t: "hello", v: 1, epoch: (window.end.epoch ??= crypto.randomUUID()), mime: 'video/mp4;codecs="avc1.42E01E,opus"', width: 1280, height: 720, takeover: true });
      else if (own?.state === "on") say({ t: "stage", line });
    };
    socket.onclose = (event) => { window.end.lost += 1; window.end.code = event.code; if (event.code < 4000 || event.code === 4021) setTimeout(open, 300); };
  };
  open();
  window.cut = () => socket.close();
  window.invite = (who, kind = "stage.invite") => act(kind, { key: who });
  setInterval(() => say(teacher ? { t: "time", c: 1 } : { t: "beat", pos: null, buffer: 0, playing: true, visible: true }), 3000);
  // how old each picture is that is seen here, four times a second
  setInterval(() => {
    watch();
    for (const [other, video] of Object.entries(window.end.videos)) {
      if (!video.videoWidth) continue;
      if (window.end.first[other] === undefined) window.end.first[other] = performance.now();
      if (looks && !looks.includes(other)) continue;
      const age = glass(video, drawn);
      if (age !== null && age < 10) (window.end.ages[other] ??= []).push([Date.now(), age]);
    }
  }, 250);
  return true;
};
window.hears = async () => {
  let count = 0;
  for (const line of window.__lines) if (line.connectionState === "connected") for (const row of (await line.getStats()).values())
    if (row.type === "inbound-rtp" && row.kind === "audio" && row.totalAudioEnergy > 0.001) count += 1;
  return count;
};
