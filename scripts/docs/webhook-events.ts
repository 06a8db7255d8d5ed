import { EVENT_TYPE_NAMES, EVENT_TYPES, eventTypesOf } from '../../server/src/modules/webhooks/catalogue.ts'

export const path = 'docs/webhook-events.md'

const ofPartners = new Set(eventTypesOf('partner'))
const ofOrganisations = new Set(eventTypesOf('tenant'))

const tick = (isHeard: boolean): string => (isHeard ? 'yes' : '')

/** Every type of event that an endpoint can choose, when it is sent, and which side can choose it. */
export function generate(): Promise<string> {
  const rows = EVENT_TYPE_NAMES.map(
    (name) =>
      `| \`${name}\` | ${EVENT_TYPES[name].says} | ${tick(ofPartners.has(name))} | ${tick(ofOrganisations.has(name))} |`,
  )
  const text = [
    '# Types of webhook events',
    '',
    'For developers who receive messages about events.',
    '',
    `Every type that an endpoint can choose: ${ofPartners.size} for partners, ${ofOrganisations.size} for organisations. The same list, for the side that asks, is \`GET …/webhook-event-types\`. Which of its messages an endpoint is sent, and what their \`data\` holds, is told in [webhooks](webhooks.md).`,
    '',
    '| Type | When | Partners | Organisations |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ]
  return Promise.resolve(text.join('\n'))
}
