/** Sentences of pages that more than one frame shows, so that no frame alone can bring them. */
export const severalFrames = {
  'rules.title': 'Rules for partner access',
  'rules.lead': 'What partners may ask {org} for, and what always holds.',
  'rules.ip_list_about': 'For example 203.0.113.0/24',
  'freeze.everybody': 'All partners',
  'freeze.lift': 'Continue the access',
  'freeze.lift_title': 'Continue the access of {who}?',
  'freeze.lift_effect': 'What was agreed before holds again at once.',
  'freeze.keep': 'Keep it paused',
  'void.approved':
    '{name} approved this and decides no more, so that does not count. Two people have to approve it.',
  'void.lift':
    'Whoever asked to continue it is none of your admins now, so that does not count. Two people have to ask.',
  'freeze.lifted': 'Access of {who} continued',
  'then.open': 'Who could do what on a date',
  'then.engagement': 'until {date}',
  'newpartner.name': 'Name',
  'newpartner.slug': 'Short name',
}
