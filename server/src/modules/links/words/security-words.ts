import { french } from '#platform/words/french.ts'
import type { Language } from '#platform/words/language.ts'

/** What the addresses are told of which one is the security contact now. */
export type ContactNews = 'appointed' | 'dismissed'

/** Says it of whoever did it, and the organisation. */
type Sentence = (person: string, tenant: string) => string

type ContactWords = Readonly<Record<ContactNews | `${ContactNews}_subject`, Sentence>>

const EN: ContactWords = {
  appointed_subject: (_person, tenant) => `You get the security mails of ${tenant}`,
  appointed: (person, tenant) =>
    `${person} set this address as the security contact of ${tenant}. It gets a mail whenever a partner is let in, stopped or let in again. If that is not right, ask an administrator of ${tenant}; this is set here:`,
  dismissed_subject: (_person, tenant) => `You no longer get the security mails of ${tenant}`,
  dismissed: (person, tenant) =>
    `${person} took this address away as the security contact of ${tenant}. It gets no further mails about access of partners. If that is not right, tell an administrator of ${tenant} at once; this is set here:`,
}

const ES: ContactWords = {
  appointed_subject: (_person, tenant) => `Recibirá los avisos de seguridad de ${tenant}`,
  appointed: (person, tenant) =>
    `${person} ha indicado esta dirección como contacto de seguridad de ${tenant}. Recibirá un correo cada vez que un socio obtenga acceso, lo pierda o lo recupere. Si no es correcto, consulte a un administrador de ${tenant}; se configura aquí:`,
  dismissed_subject: (_person, tenant) => `Ya no recibirá los avisos de seguridad de ${tenant}`,
  dismissed: (person, tenant) =>
    `${person} ha quitado esta dirección como contacto de seguridad de ${tenant}. Ya no recibirá correos sobre el acceso de socios. Si no es correcto, avise enseguida a un administrador de ${tenant}; se configura aquí:`,
}

const FR: ContactWords = {
  appointed_subject: (_person, tenant) => french`Vous recevez les messages de sécurité de ${tenant}`,
  appointed: (person, tenant) =>
    french`${person} a indiqué cette adresse comme contact de sécurité de ${tenant}. Elle reçoit un message chaque fois qu'un partenaire obtient un accès, le perd ou le retrouve. Si ce n'est pas exact, adressez-vous à un administrateur de ${tenant} ; le réglage se trouve ici :`,
  dismissed_subject: (_person, tenant) => french`Vous ne recevez plus les messages de sécurité de ${tenant}`,
  dismissed: (person, tenant) =>
    french`${person} a retiré cette adresse comme contact de sécurité de ${tenant}. Elle ne reçoit plus de messages sur l'accès des partenaires. Si ce n'est pas exact, prévenez aussitôt un administrateur de ${tenant} ; le réglage se trouve ici :`,
}

/** What the security contact of an organisation is mailed about itself, by language (U12). */
export const CONTACT_WORDS: Readonly<Record<Language, ContactWords>> = { en: EN, es: ES, fr: FR }
