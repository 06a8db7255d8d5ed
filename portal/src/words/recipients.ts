/** Sentences of the page on which an administrator hands out or erases what is kept of a person who got vouchers. */
export const recipients = {
  'recip.title': 'What is kept of a person',
  'recip.lead':
    'For people who got vouchers and ask what you keep of them, or want to be erased. Nothing of what you type stands in an address.',
  'recip.who': 'Who asks',
  'recip.who_about':
    'Names and date of birth as they were given for the voucher. Accents and capital letters do not matter.',
  'recip.first_missing': 'Enter the first name.',
  'recip.last_missing': 'Enter the last name.',
  'recip.born_missing': 'Enter the date of birth.',
  'recip.find': 'Show what is kept',
  'recip.found':
    '{count, plural, one {One voucher is kept of {name}.} other {# vouchers are kept of {name}.}}',
  'recip.none': 'Nothing is kept of this person',
  'recip.none_text':
    'Ask the person how the names were written. A person is found only with the date of birth that was given.',
  'recip.list': 'Vouchers of this person',
  'recip.voucher': 'Voucher',
  'recip.state': 'Status',
  'recip.asked': 'Asked for',
  'recip.agency': 'At',
  'recip.own_people': 'Your own people',
  'recip.redeemed': 'Redeemed',
  'recip.kept': 'Kept',
  'recip.kept_text': '{first} {last}, {adults} adults and {children} children, until {date}',
  'recip.kept_removed': 'Names were removed on schedule',
  'recip.file': 'Save as a file',
  'recip.file_about': 'The file holds everything that is kept, to be handed to the person.',
  'recip.print': 'Print',
  'recip.erase': 'Erase this person…',
  'recip.erase_title': 'Erase {name}?',
  'recip.effect_names':
    '{count, plural, one {Names, date of birth and household are removed from one voucher.} other {Names, date of birth and household are removed from # vouchers.}}',
  'recip.effect_codes': 'Codes, states and receipts stay. A voucher that is good can still be redeemed.',
  'recip.effect_again':
    'When this person asks for a voucher again, nobody will see that there was an earlier one.',
  'recip.effect_final': 'This cannot be taken back.',
  'recip.erase_type': 'Type the name of the person',
  'recip.erase_act': 'Erase the person',
  'recip.erase_keep': 'Keep what is kept',
  'recip.erased':
    '{count, plural, =0 {There was nothing left to erase.} one {The person was erased from one voucher.} other {The person was erased from # vouchers.}}',
} as const
