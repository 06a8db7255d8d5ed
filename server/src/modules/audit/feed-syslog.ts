import type { FeedEntry } from './feed.ts'

/** The facility "log audit" of RFC 5424. */
const LOG_AUDIT = 13

const SEVERITIES = { allowed: 6, denied: 4, error: 3 } as const

// 32473 is the number that RFC 5612 keeps for examples: Liaison has no enterprise number of its own.
const STRUCTURE = 'liaison@32473'

const BYTE_ORDER_MARK = '\u{FEFF}'

/** The header knows printable ASCII alone; what is longer than its field is cut. */
function toField(text: string, most: number): string {
  const printable = text.replaceAll(/[^\x21-\x7e]/gu, '').slice(0, most)
  return printable === '' ? '-' : printable
}

/** One message is one line, so whatever would end it becomes a space. */
const onOneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')

const quote = (text: string): string => onOneLine(text).replaceAll(/[\\"\]]/gu, (sign) => `\\${sign}`)

function paramsOf({ item, actorType }: FeedEntry): readonly (readonly [string, string | number | null])[] {
  return [
    ['leaf', item.leaf_index],
    ['previous', item.previous_leaf_index],
    ['event', item.event_id],
    ['action', item.action],
    ['outcome', item.outcome],
    ['code', item.code],
    ['actor', actorType],
    ['personId', item.person_id],
    ['personName', item.person_name],
    ['partnerId', item.partner_id],
    ['partnerName', item.partner_name],
    ['tenantId', item.tenant_id],
    ['tenantName', item.tenant_name],
    ['role', item.role],
    ['permission', item.permission],
    ['resourceType', item.resource?.type ?? null],
    ['resourceId', item.resource?.id ?? null],
    ['resourceLabel', item.resource?.label ?? null],
    ['rows', item.row_count],
    ['repeats', item.repeats],
    ['changes', item.changes === null ? null : JSON.stringify(item.changes)],
    ['source', item.source],
    ['ip', item.ip],
    ['reason', item.reason],
    ['request', item.request_id],
    ['explain', item.explain_id],
    ['configuration', item.configuration_version],
  ]
}

/** One event as a message of syslog (RFC 5424), without the end of its line. */
export function toSyslog(entry: FeedEntry, host: string): string {
  const { item } = entry
  const priority = LOG_AUDIT * 8 + SEVERITIES[item.outcome]
  const params = paramsOf(entry)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${quote(String(value))}"`)
  const head = `<${priority}>1 ${item.occurred_at} ${toField(host, 255)} liaison - ${toField(item.action, 32)}`
  return `${head} [${STRUCTURE}${params.join('')}] ${BYTE_ORDER_MARK}${onOneLine(item.sentence)}`
}
