/* A content type of our own for the demonstration: questions with one right answer each. */
var H5P = H5P || {};

H5P.LantianChoice = (function ($, EventDispatcher) {
  function Choice(params, contentId, extras) {
    EventDispatcher.call(this);
    this.params = params;
    this.contentId = contentId;
    this.chosen = (extras && extras.previousState && extras.previousState.chosen) || [];
    this.checked = Boolean(extras && extras.previousState && extras.previousState.checked);
  }

  Choice.prototype = Object.create(EventDispatcher.prototype);
  Choice.prototype.constructor = Choice;

  Choice.prototype.attach = function ($container) {
    var self = this;
    var $form = $('<form class="lantian-choice"></form>');
    self.params.questions.forEach(function (question, number) {
      var $set = $('<fieldset></fieldset>').append($('<legend></legend>').text(question.ask));
      question.answers.forEach(function (answer, at) {
        var $input = $('<input type="radio">').attr({ name: 'q' + number, value: at }).prop('checked', self.chosen[number] === at);
        $input.on('change', function () {
          self.chosen[number] = at;
          self.triggerXAPI('interacted');
        });
        $set.append($('<label></label>').append($input, document.createTextNode(' ' + answer)));
      });
      $form.append($set);
    });
    self.$result = $('<p class="lantian-result" role="status"></p>');
    $form.append($('<button type="submit"></button>').text(self.params.check), self.$result);
    $form.on('submit', function (event) {
      event.preventDefault();
      self.checked = true;
      self.say();
      self.triggerXAPIScored(self.getScore(), self.getMaxScore(), 'answered', true, self.getScore() === self.getMaxScore());
    });
    $container.append($form);
    if (self.checked) self.say();
    self.trigger('resize');
  };

  Choice.prototype.say = function () {
    this.$result.text(this.params.result.replace(':n', this.getScore()).replace(':all', this.getMaxScore()));
    this.trigger('resize');
  };
  Choice.prototype.getScore = function () {
    var chosen = this.chosen;
    return this.params.questions.filter(function (question, number) {
      return chosen[number] === question.right;
    }).length;
  };
  Choice.prototype.getMaxScore = function () {
    return this.params.questions.length;
  };
  Choice.prototype.getCurrentState = function () {
    return { chosen: this.chosen, checked: this.checked };
  };
  return Choice;
})(H5P.jQuery, H5P.EventDispatcher);
