/** `one` stands for a single record and `many` for several; a record whose label is a sentence stands in quotation marks. */
export interface Noun {
  readonly one: string
  readonly many: string
  readonly isQuoted?: boolean
}

/** A noun with its plural, which is made where none is given. */
export const noun = (one: string, many = one.replace(/(?<=[^aeiou])y$/, 'ie') + 's'): Noun => ({ one, many })

/**
 * What follows the person's name; a phrase that begins with a capital letter is a sentence without one. `{x}` becomes the
 * record or how many there were, `{link}` the link with whom it joins, `{of}` whose, `{for}` to
 * which partner it is told, for the provider, who reads what is told to all.
 */
export interface Phrase {
  readonly says: string
  readonly noun?: Noun
}

/** A phrase about records of one kind, or about none. */
export const says = (text: string, about?: Noun): Phrase => ({ says: text, ...(about && { noun: about }) })
