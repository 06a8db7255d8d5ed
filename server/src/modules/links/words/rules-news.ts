import { french } from '#platform/words/french.ts'
import type { Language } from '#platform/words/language.ts'

/** What is told: that looser rules are asked for, and how it went. */
export type RulesNews = 'asked' | 'confirmed' | 'declined'

/** Says it of whoever did it, the organisation, and until when it waits. */
type Sentence = (person: string, tenant: string, until: string) => string

type RulesNewsWords = Readonly<Record<RulesNews | `${RulesNews}_subject`, Sentence>>

const EN: RulesNewsWords = {
  asked_subject: (person, tenant) => `${person} asks for looser rules for partner access to ${tenant}`,
  asked: (person, tenant, until) =>
    `${person} wants the rules for partner access to ${tenant} to let in more. Nothing of it holds before you or another administrator confirm it, until ${until}. Read what would change, and confirm or decline it:`,
  confirmed_subject: (_person, tenant) => `Looser rules for partner access to ${tenant} hold now`,
  confirmed: (person, tenant) =>
    `${person} confirmed the looser rules for partner access to ${tenant}. They hold now. Read them here:`,
  declined_subject: (_person, tenant) => `The rules for partner access to ${tenant} stay as they are`,
  declined: (person, tenant) =>
    `${person} declined looser rules for partner access to ${tenant}. Read the rules that hold:`,
}

const ES: RulesNewsWords = {
  asked_subject: (person, tenant) =>
    `${person} pide reglas menos estrictas para el acceso de socios a ${tenant}`,
  asked: (person, tenant, until) =>
    `${person} quiere que las reglas del acceso de socios a ${tenant} permitan más. Nada de ello se aplica hasta que usted u otro administrador lo confirme, hasta el ${until}. Lea qué cambiaría, y confírmelo o rechácelo:`,
  confirmed_subject: (_person, tenant) =>
    `Ya se aplican reglas menos estrictas para el acceso de socios a ${tenant}`,
  confirmed: (person, tenant) =>
    `${person} ha confirmado las reglas menos estrictas para el acceso de socios a ${tenant}. Ya se aplican. Léalas aquí:`,
  declined_subject: (_person, tenant) => `Las reglas del acceso de socios a ${tenant} siguen como están`,
  declined: (person, tenant) =>
    `${person} ha rechazado unas reglas menos estrictas para el acceso de socios a ${tenant}. Lea las reglas vigentes:`,
}

const FR: RulesNewsWords = {
  asked_subject: (person, tenant) =>
    french`${person} demande des règles moins strictes pour l'accès des partenaires à ${tenant}`,
  asked: (person, tenant, until) =>
    french`${person} souhaite que les règles de l'accès des partenaires à ${tenant} permettent davantage. Rien ne s'applique avant que vous ou un autre administrateur ne le confirmiez, jusqu'au ${until}. Lisez ce qui changerait, puis confirmez ou refusez :`,
  confirmed_subject: (_person, tenant) =>
    french`Des règles moins strictes pour l'accès des partenaires à ${tenant} s'appliquent maintenant`,
  confirmed: (person, tenant) =>
    french`${person} a confirmé les règles moins strictes pour l'accès des partenaires à ${tenant}. Elles s'appliquent maintenant. Lisez-les ici :`,
  declined_subject: (_person, tenant) =>
    french`Les règles de l'accès des partenaires à ${tenant} restent inchangées`,
  declined: (person, tenant) =>
    french`${person} a refusé des règles moins strictes pour l'accès des partenaires à ${tenant}. Lisez les règles en vigueur :`,
}

/** What the other administrators are mailed about looser rules, by language (U12). */
export const RULES_NEWS_WORDS: Readonly<Record<Language, RulesNewsWords>> = { en: EN, es: ES, fr: FR }
