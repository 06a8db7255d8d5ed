/** Sentences about services: what came of orders, who pays for it, and when it ended; fetched with their pages. */
export const services = {
  'services.title': 'Services',
  'services.lead': 'What {org} has, who ordered it and who pays for it.',
  'services.caption': 'Services',
  'services.none': 'There is no service yet',
  'services.none_text': 'A completed order becomes a service and is listed here.',
  'services.service': 'Service',
  'services.since': 'Since',
  'services.order': 'See the order',
  'services.ended_on': 'on {date}',
  'services.who_ends': 'Only the provider can end a service: ask the provider, and say from when.',
  'services.paid_link': 'What you pay for others',
  'services.paid_title': 'What you pay for others',
  'services.paid_lead':
    'What other organisations have and {org} is billed for: enough to check the bill, and no more.',
  'services.paid_none': 'You pay for no service of another organisation',
  'services.paid_none_text': 'What somebody else has and {org} is billed for is listed here.',
  'orders.paid_title': 'What was ordered for others and you pay',
  'orders.paid_lead':
    'What was ordered for other organisations and {org} is billed for: enough to check the bill, and no more.',
  'orders.paid_none': 'You pay for no order of another organisation',
  'orders.paid_none_text': 'What is ordered for somebody else and {org} is billed for is listed here.',
  'orders.paid_link': 'Ordered for others, paid by you',
  'services.whose': 'Organisation',
  'services.billed_ban': 'Your account',
  'services.all_lead':
    'What organisations have by their orders, who ordered it and who pays for it. What ends, ends for good.',
  'services.all_none': 'An order that you complete becomes services, and they are listed here.',
  'services.shown': '{count, plural, one {One service} other {# services}} shown',
  'status.service.active': 'Active',
  'status.service.ended': 'Ended',
} as const
