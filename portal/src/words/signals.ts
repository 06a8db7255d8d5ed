/** Sentences about streams of security signals, on the pages of API clients and of gateways. */
export const signals = {
  'status.signals.enabled': 'Sends',
  'status.signals.failing': 'Failing',
  'status.signals.paused': 'Paused',
  'status.signals.disabled': 'Disabled',
  'signals.title': 'Security signals',
  'signals.lead':
    'Signals tell {name} in seconds that access ended or was narrowed, so that it drops what it keeps.',
  'signals.none':
    'It has made no stream. It makes one with its own credential, whenever it wants to be told.',
  'signals.delivery': 'Delivery',
  'signals.push': 'Pushed to {address}',
  'signals.poll': 'Fetched by {name}',
  'signals.about': 'Description',
  'signals.events': 'What it is told',
  'signals.event.session-revoked': 'Access ended',
  'signals.event.token-claims-change': 'Access was narrowed',
  'signals.event.credential-change': 'Keys were changed',
  'signals.last': 'Last taken',
  'signals.waiting': 'Waiting',
  'signals.waiting_none': 'Nothing',
  'signals.waiting_some': '{count, plural, one {One signal} other {# signals}}, the oldest since {since}',
  'signals.failing': 'Failing since',
  'signals.verified': 'Last verification',
  'signals.made': 'Made',
  'signals.stopped': 'Nothing is sent while {name} is stopped. What waits is kept for seven days.',
  'signals.failing_note':
    '{name} does not take its signals. They wait for it. Until it takes signals again, it learns of an end of access only when its tokens run out, after five minutes.',
  'signals.disabled_note':
    'Nothing is sent and nothing waits. Until the signals go on, {name} learns of an end of access only when its tokens run out, after five minutes.',
  'signals.verify': 'Send a verification',
  'signals.verify_done': 'A verification is on its way to {name}.',
  'signals.pause': 'Pause the signals',
  'signals.pause_title': 'Pause the signals to {name}?',
  'signals.pause_effect':
    'What happens from now on waits, for seven days at most. Until it goes on, {name} learns of an end of access only when its tokens run out, after five minutes. {name} can let it go on by itself.',
  'signals.pause_keep': 'Keep sending',
  'signals.pause_done': 'Signals to {name} are paused.',
  'signals.resume': 'Let the signals go on',
  'signals.resume_title': 'Send signals to {name} again?',
  'signals.resume_effect': 'What waits is sent now, and what happens from now on at once.',
  'signals.held': 'The provider paused it, and the provider alone lets it go on.',
  'signals.resume_effect_disabled':
    'What happens from now on is sent at once. What happened while the stream was disabled was not kept and is not sent.',
  'signals.resume_keep': 'Leave them stopped',
  'signals.resume_done': 'Signals to {name} go on.',
  'signals.remove': 'Delete the stream',
  'signals.remove_title': 'Delete the stream of {name}?',
  'signals.remove_effect':
    'What waits in it is deleted too. {name} is told nothing until it makes another stream with its own credential.',
  'signals.remove_keep': 'Keep the stream',
  'signals.remove_done': 'The stream of {name} is deleted.',
} as const
