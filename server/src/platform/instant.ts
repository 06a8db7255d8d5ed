/** An instant as answers write it: in UTC, to the millisecond; null where there is none. */
export const isoOf = (at: Date | null): string | null => at?.toISOString() ?? null

/** The same of an instant that the database wrote as text, with an offset of its own. */
export const isoOfText = (text: string): string => new Date(text).toISOString()

/** The second in which an instant lies, since 1970, as tokens and signatures write it (RFC 7519 section 2). */
export const epochSecondsOf = (at: Date): number => Math.floor(at.getTime() / 1000)
