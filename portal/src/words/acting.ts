/** Sentences of the acting frame. Whatever writes names the tenant. */
export const acting = {
  'gate.title': "You're about to act in {tenant}",
  'gate.lead': 'Your role there is {role}.',
  'gate.you': 'You',
  'gate.seen': '{tenant} sees everything you do here, with your name.',
  'gate.never':
    'While acting you cannot sign agreements, give or change consent, approve links, or change members, payment methods and security settings.',
  'gate.reason': 'Reason, or the number of a ticket',
  'gate.reason_optional': 'Reason, or the number of a ticket (optional)',
  'gate.reason_about': '{tenant} asks everybody who comes in, and reads it.',
  'gate.reason_missing': 'Say why you come. {tenant} asks for it.',
  'gate.again': 'Come back to {tenant}',
  'gate.over_title': 'Your time in {tenant} is over',
  'gate.over_lead': 'What you typed is kept in this tab. Come back to go on with it.',
  'visit.ending': 'Your time in {tenant} is almost over. What you typed is kept in this tab.',
  'visit.stay': 'Stay in {tenant}',
  'gate.stay': 'Stay in your own organisation',
  'gate.enter': 'Act in {tenant}',

  'summary.title': '{tenant}',
  'summary.role': 'Your role: {role}',
  'summary.next': 'Tickets nearest their promise',
  'summary.next_none': 'No open tickets in {tenant}.',
  'summary.all_tickets': '{count, plural, one {See the open ticket} other {See all # open tickets}}',
  'summary.about': 'About this tenant',

  'newticket.own_title': 'New ticket',
  'newticket.title': 'New ticket for {tenant}',
  'newticket.lead': '{tenant} sees that you wrote it for {partner}.',
  'newticket.description': 'What happened?',
  'newticket.subject_missing': 'Enter a subject.',
  'newticket.description_missing': 'Describe what happened.',
  'newticket.act': 'Create ticket for {tenant}',
  'newticket.done': 'Ticket {number} created for {tenant}',

  'activity.acting_lead': 'What your people did in {tenant}. {tenant} sees the same events.',

  'subscriber.find': 'Find a subscriber',
  'subscriber.name': 'Name',
  'subscriber.city': 'City',
  'subscriber.since': 'Active since',
  'subscriber.none': 'No subscribers',
  'subscriber.empty': '{tenant} has no subscribers.',

  'refused.next': "Your organisation's owners can tell you more, and can ask the tenant for access.",
  'refused.dropped': 'What this page had loaded of the tenant was removed from it.',
  'refused.back': 'Back to all tenants',
} as const
