import { french } from '#platform/words/french.ts'
import type { ElevationWords } from './en.ts'

/** What an organisation is told of more access to it, in French. */
export const FR: ElevationWords = {
  asks: ({ person, partner }) => [
    `${person}, de ${partner}, demande davantage d’accès`,
    french`${person}, de ${partner}, demande davantage d'accès à votre organisation pour un temps. Rien ne change tant que vous ne l'approuvez pas.`,
  ],
  started: ({ person, partner, until }) => [
    `${person}, de ${partner}, a davantage d’accès pour un temps`,
    french`${person}, de ${partner}, a davantage d'accès à votre organisation jusqu'au ${until}. Vous pouvez y mettre fin à tout moment.`,
  ],
  lets: (person, minutes) => french`Ce que ${person} peut faire pendant ${minutes} minutes :`,
  why: (reason) => french`Pourquoi : « ${reason} »`,
  given: (reason) => french`Motif indiqué : « ${reason} »`,
  reference: (id) => french`Ce message ne donne aucun accès à lui seul. Référence ${id}.`,
}
