/** The words of the leaderboard. */
export const leaderboard = {
  'leaderboard.title': 'Leaderboard',
  'leaderboard.lead':
    'How your organisation ranks among the partners of the program. It is counted each night.',
  'leaderboard.by': 'Ranked by',
  'leaderboard.by.sign_ups': 'Sign-ups',
  'leaderboard.by.earnings': 'Earnings',
  'leaderboard.period': 'Period',
  'leaderboard.all_time': 'All time',
  'leaderboard.currency': 'Currency',
  'leaderboard.place': 'Place',
  'leaderboard.partner': 'Partner',
  'leaderboard.other': 'A partner',
  'leaderboard.you': 'You',
  'leaderboard.sign_ups': 'Sign-ups',
  'leaderboard.earned': 'Earned',
  'leaderboard.too_few': 'No ranks yet',
  'leaderboard.too_few_text':
    'Ranks are shown once at least three partners have something to count, so that they tell nothing of a single one. They are counted each night.',
  'leaderboard.off': 'No leaderboard',
  'leaderboard.off_text': 'The provider shows none to you at present.',
  'leaderboard.name': 'Your name in the leaderboard',
  'leaderboard.name_about':
    'Others see your place and how many customers signed up through you, never what you earn. Without your consent they read “A partner”.',
  'leaderboard.named': 'Other partners read your name.',
  'leaderboard.not_named': 'Other partners read “A partner”.',
  'leaderboard.show_name': 'Show our name',
  'leaderboard.hide_name': 'Hide our name',
  'leaderboard.name_done': 'Saved. Other partners see it from now on.',
  'leaderboard.all_lead':
    'How partners rank, counted last night. Partners themselves see others by name only where those agreed.',
  'leaderboard.all_off_text':
    'Switch it on in the settings of the program; the first ranks are there the next morning.',
  'leaderboard.none': 'No ranks yet',
  'leaderboard.none_text': 'No partner had anything to count when they were last counted.',
  'leaderboard.is_named': 'To other partners',
  'leaderboard.by_name': 'By name',
  'leaderboard.nameless': 'Without name',
} as const
