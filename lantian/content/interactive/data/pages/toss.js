var heads = 0, all = 0;
document.getElementById('toss').onclick = function () {
  for (var n = 0; n < 100; n++) { all++; heads += Math.random() < 0.5; }
  document.getElementById('heads').textContent = heads;
  document.getElementById('all').textContent = all;
  document.getElementById('rate').textContent = (heads / all).toFixed(3);
};
