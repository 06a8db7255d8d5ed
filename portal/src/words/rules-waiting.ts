/** The words of looser rules that wait for a second administrator. */
export const rulesWaiting = {
  'rules.waits': 'Looser rules wait for a second person',
  'rules.waits_yours':
    'You asked for this on {date}. Another administrator confirms or declines it until {until}.',
  'rules.waits_theirs': '{name} asked for this on {date}. You can confirm or decline it until {until}.',
  'rules.waits_was': 'Now {before}',
  'rules.waits_effect':
    'It holds from now on for every partner. You and {name} stand in the activity for it.',
  'rules.waits_confirm': 'Confirm',
  'rules.waits_confirm_title': 'Confirm the looser rules?',
  'rules.waits_keep': 'Leave it waiting',
  'rules.waits_confirmed': 'Confirmed. The looser rules hold now.',
  'rules.waits_decline': 'Decline',
  'rules.waits_decline_title': 'Decline the looser rules?',
  'rules.waits_declined': 'The rules stay as they are.',
  'rules.waits_take_back': 'Take back',
  'rules.waits_take_back_title': 'Take back what you asked for?',
  'rules.waits_stays': 'The rules stay as they are. It can be asked for again.',
}
