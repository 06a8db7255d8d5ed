/** Sentences of the question that comes up before what was entered is lost. */
export const unsaved = {
  'unsaved.title': 'Leave without saving?',
  'unsaved.text': 'What you entered on this page is not saved: {page}. It is lost when you leave.',
  'unsaved.once': 'What this page shows is shown only once: {page}. Store it before you leave.',
  'unsaved.leave': 'Leave without saving',
  'unsaved.leave_once': 'Leave this page',
  'unsaved.stay': 'Stay on this page',
} as const
