/** Sentences of the pages on which a partner asks a customer for access of an API client. */
export const asking = {
  'asking.title': 'Ask a customer for access',
  'asking.lead':
    'The customer gets a mail, chooses the accounts and decides. Whether or not the code or the address is of a customer, the answer here is the same.',
  'ask.to': 'Partner code or mail address',
  'ask.to_about':
    'Ask the customer for its code: it stands on its Partner access page. Or name somebody there who may decide.',
  'ask.to_missing': 'Name the customer by its code or a mail address',
  'ask.app': 'API client',
  'ask.app_missing': 'Choose the API client that will work for the customer',
  'ask.app_none': 'Your organisation has no API client that works. Create one first.',
  'ask.app_choose': 'Choose one',
  'ask.can': 'What it shall be able to do',
  'ask.can_missing': 'Choose at least one',
  'ask.why': 'Why',
  'ask.why_about': 'The customer reads this in quotation marks: 120 to 300 characters, {count} so far.',
  'ask.why_length': 'Say why in 120 to 300 characters',
  'ask.long': 'How long',
  'ask.days': '{days} days',
  'ask.payer':
    'Who pays for orders follows from the accounts that the customer chooses, and is shown to both of you there.',
  'ask.send': 'Send request',
  'ask.sent_title': 'Request sent',
  'ask.sent_text':
    'If {to} is of a customer that takes requests from you, it can decide until {until}. Until then nothing is shared.',
  'ask.sent_list': 'What you asked for',
  'asks.title': 'What you asked for',
  'asks.lead':
    'Requests that you sent to customers, newest first. A customer that does not answer is not told apart from nobody.',
  'asks.new': 'Ask a customer',
  'asks.none': 'Nothing was asked yet',
  'asks.none_text': 'Ask a customer by its partner code or by mail.',
  'asks.to': 'To',
  'asks.by': 'Asked by',
  'asks.until': 'Runs out',
  'asks.consent': 'See the access',
  'asks.withdraw': 'Take back',
  'asks.withdraw_title': 'Take back the request to {to}?',
  'asks.withdraw_effect': 'Whoever got it can no longer answer it. You can ask again.',
  'asks.withdraw_keep': 'Leave it',
  'asks.withdraw_done': 'Request to {to} taken back',
  'asks.more': 'Show more',
}
