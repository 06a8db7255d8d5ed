import { ROLE_TITLES } from '@liaison/access'
import type { LinkRole } from '@liaison/access'

/** One link as a calendar tells it. */
export interface CalendarLink {
  readonly id: string
  readonly otherName: string
  readonly role: LinkRole
  readonly endsAt: Date | null
  readonly renewsItself: boolean
  readonly reviewDueAt: Date | null
  readonly changedAt: Date
  /** The page of the link. */
  readonly address: string
}

const encoder = new TextEncoder()

/** A text as a property value: RFC 5545 section 3.3.11 escapes backslash, semicolon, comma and line breaks. */
export function escapeText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll(';', '\\;')
    .replaceAll(',', '\\,')
    .replaceAll(/\r\n|\r|\n/g, '\\n')
}

/** A content line in pieces of at most 75 octets, never cut within a character. Source: RFC 5545 section 3.1. */
export function foldLine(line: string): string {
  const lines: string[] = []
  let piece = ''
  let octets = 0
  for (const letter of line) {
    const size = encoder.encode(letter).length
    if (octets + size > 75) {
      lines.push(piece)
      // The space that begins a continued line counts.
      piece = ' '
      octets = 1
    }
    piece += letter
    octets += size
  }
  return [...lines, piece].join('\r\n')
}

/** An instant in the form `19970714T133000Z`. Source: RFC 5545 section 3.3.5, form 2. */
export function toStamp(instant: Date): string {
  return `${instant.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

interface Entry {
  readonly key: 'end' | 'review'
  readonly at: Date
  readonly summary: string
  readonly alarmDays: number
}

function entriesOf(link: CalendarLink, side: 'partner' | 'tenant'): Entry[] {
  const whose = side === 'tenant' ? `The access of ${link.otherName}` : `The access to ${link.otherName}`
  const ending = link.renewsItself ? 'renews itself' : 'ends'
  return [
    ...(link.endsAt
      ? [{ key: 'end' as const, at: link.endsAt, summary: `${whose} ${ending}`, alarmDays: 7 }]
      : []),
    ...(link.reviewDueAt
      ? [
          {
            key: 'review' as const,
            at: link.reviewDueAt,
            summary: `${whose} is due for review`,
            alarmDays: 14,
          },
        ]
      : []),
  ]
}

function eventLines(link: CalendarLink, entry: Entry): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${link.id}-${entry.key}@liaison`,
    `DTSTAMP:${toStamp(link.changedAt)}`,
    `LAST-MODIFIED:${toStamp(link.changedAt)}`,
    `DTSTART:${toStamp(entry.at)}`,
    'DURATION:PT0S',
    'TRANSP:TRANSPARENT',
    `SUMMARY:${escapeText(entry.summary)}`,
    `DESCRIPTION:${escapeText(`Role: ${ROLE_TITLES[link.role]}\n${link.address}`)}`,
    `URL:${link.address}`,
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${escapeText(entry.summary)}`,
    `TRIGGER:-P${entry.alarmDays}D`,
    'END:VALARM',
    'END:VEVENT',
  ]
}

/** A calendar of the coming ends and reviews of links, as RFC 5545 (section 3.4) writes one; `name` titles it. */
export function writeCalendar(
  name: string,
  side: 'partner' | 'tenant',
  links: readonly CalendarLink[],
): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Liaison//Partner access//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escapeText(name)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT6H',
    'X-PUBLISHED-TTL:PT6H',
    ...links.flatMap((link) => entriesOf(link, side).flatMap((entry) => eventLines(link, entry))),
    'END:VCALENDAR',
  ]
  return `${lines.map(foldLine).join('\r\n')}\r\n`
}
