import { french } from '#platform/words/french.ts'
import type { Language } from '#platform/words/language.ts'

/** What became of an administrator of a tenant, or who became one. */
export type AdminNews = 'made' | 'lowered' | 'removed'

/** Says it of whoever did it, of whom, and of the organisation. */
type Sentence = (actor: string, name: string, tenant: string) => string

interface MemberWords {
  readonly news: Readonly<Record<AdminNews, Sentence>>
  readonly next: string
}

const EN: MemberWords = {
  news: {
    made: (actor, name, tenant) => `${actor} made ${name} an administrator of ${tenant}`,
    lowered: (actor, name, tenant) => `${actor} took the administration of ${tenant} from ${name}`,
    removed: (actor, name, tenant) => `${actor} removed ${name}, an administrator, from ${tenant}`,
  },
  next: 'It holds already. If you did not expect it, look at the members of your organisation and speak to whoever did it.',
}

const ES: MemberWords = {
  news: {
    made: (actor, name, tenant) => `${actor} ha hecho a ${name} administrador de ${tenant}`,
    lowered: (actor, name, tenant) => `${actor} ha retirado a ${name} la administración de ${tenant}`,
    removed: (actor, name, tenant) => `${actor} ha retirado a ${name}, que administraba, de ${tenant}`,
  },
  next: 'Ya se aplica. Si no lo esperaba, mire los miembros de su organización y hable con quien lo ha hecho.',
}

const FR: MemberWords = {
  news: {
    made: (actor, name, tenant) => french`${actor} a fait de ${name} un administrateur de ${tenant}`,
    lowered: (actor, name, tenant) => french`${actor} a retiré à ${name} l'administration de ${tenant}`,
    removed: (actor, name, tenant) => french`${actor} a retiré de ${tenant} l'administrateur ${name}`,
  },
  next: french`C'est déjà en vigueur. Si vous ne vous y attendiez pas, consultez les membres de votre organisation et parlez à la personne qui l'a fait.`,
}

/** What administrators are mailed about each other, by language (U12). */
export const MEMBER_WORDS: Readonly<Record<Language, MemberWords>> = { en: EN, es: ES, fr: FR }
