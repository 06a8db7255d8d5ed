/** Who asks for more access, where, and until when it lasts. */
export interface Told {
  readonly person: string
  readonly partner: string
  readonly tenant: string
  readonly until: string
  /** Whether it is over before its own time was, because the link, or the person's place in it, is. */
  readonly isCut: boolean
}

/** A mail's subject and its first sentence. */
type Said = readonly [subject: string, sentence: string]

/** What an organisation is told of more access to it. */
export const EN = {
  asks: ({ person, partner }: Told): Said => [
    `${person} of ${partner} asks for more access`,
    `${person} of ${partner} asks for more access to your organisation for a while. It works only if you approve it.`,
  ],
  started: ({ person, partner, until }: Told): Said => [
    `${person} of ${partner} has more access for a while`,
    `${person} of ${partner} has more access to your organisation until ${until}. You can end it at any time.`,
  ],
  lets: (person: string, minutes: number) => `What it lets ${person} do for ${minutes} minutes:`,
  why: (reason: string) => `Why: "${reason}"`,
  given: (reason: string) => `Reason given: "${reason}"`,
  reference: (id: string) => `This mail gives no access by itself. Reference ${id}.`,
}

export type ElevationWords = typeof EN
