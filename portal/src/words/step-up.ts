/** Sentences of the question that comes up when an act needs a fresh proof of who one is. */
export const stepUp = {
  'stepup.title': 'Confirm that it is you',
  'stepup.text':
    'What you are about to do needs to be you beyond doubt. A new window asks for it. This page stays open, with everything that you have entered.',
  'stepup.then': 'Come back here afterwards and go on.',
  'stepup.not_yet': 'That has not happened yet. Confirm it in the new window, then go on here.',
  'stepup.confirm': 'Confirm in a new window',
  'stepup.go_on': 'Go on',
  'stepup.keep': 'Not now',
} as const
