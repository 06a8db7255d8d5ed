/** Sentences about the floors that a headquarters sets to the service levels of its subsidiaries. */
export const floors = {
  'floors.title': 'Service-level floors',
  'floors.lead':
    'What no agreement of a subsidiary may promise less than, as long as your link with it is in force.',
  'floors.caption': 'Subsidiaries and their floors',
  'floors.none': 'No tenant lets you set a floor',
  'floors.none_text': 'A link as headquarters does, to those who are assigned to it.',
  'floors.tenant': 'Subsidiary',
  'floors.now': 'Floor',
  'floors.no_floor': 'none yet',
  'floors.urgent': 'Urgent tickets',
  'floors.urgent_times': 'answered in {response}, solved in {resolution}',
  'floors.uptime': 'Uptime',
  'floors.choose_one': 'Choose {tenant}',
  'floors.missing': 'Choose at least one subsidiary in the list above.',
  'floors.choose': 'Set a floor for several',
  'floors.begin': 'Begin with',
  'floors.begin_usual': 'the usual terms',
  'floors.begin_of': 'the floor of {tenant}',
  'floors.set':
    '{count, plural, =0 {Set the floor} one {Set the floor for one subsidiary} other {Set the floor for # subsidiaries}}',
  'floors.keep': 'Set no floor',
  'floors.nobody': 'A floor for several names nobody, so it says nothing of who is told.',
  'floors.result':
    '{done, plural, =0 {No floor was set} one {One floor was set} other {# floors were set}}{unchanged, plural, =0 {} other {, # said this already}}{refused, plural, =0 {} other {, # refused}}.',
  'floors.done': 'version {version} is in force',
  'floors.unchanged': 'said this already',
  'floors.refused': 'not set: {why}',
  'floors.results': 'What became of it',
  'floors.hidden': 'a tenant that you cannot reach',
} as const
