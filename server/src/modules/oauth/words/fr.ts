import { french } from '#platform/words/french.ts'
import type { OAuthWords } from './en.ts'

/** What the short pages of the authorization server say in French. */
export const FR: OAuthWords = {
  errors: {
    title: 'Cette demande ne peut pas se poursuivre',
    invalid_request: french`L'application qui vous a envoyé ici a fait une demande inutilisable.`,
    invalid_request_uri: french`Le lien avec lequel l'application vous a envoyé ici a expiré, ou a déjà été utilisé.`,
    invalid_client: french`L'application qui vous a envoyé ici est inconnue, ou a été arrêtée.`,
    unauthorized_client: french`L'application qui vous a envoyé ici n'a pas le droit de demander ceci.`,
    other: french`La demande de l'application qui vous a envoyé ici ne peut pas être exécutée.`,
    nothing: french`Rien n'a été partagé et rien n'a été modifié. Retournez à l'application et recommencez.`,
  },
  gone: {
    title: 'Cette demande est terminée',
    lead: 'La demande a reçu une réponse, ou son délai est passé, ou elle a été commencée dans un autre navigateur.',
    next: french`Rien n'a été partagé. Retournez à l'application qui vous a envoyé ici et recommencez.`,
  },
  inForce: {
    lead: french`La demande a été acceptée, et l'accès demandé est en vigueur.`,
    next: french`Si l'application n'a pas poursuivi, retournez-y et recommencez. Sous Partner access, vous voyez tous les accès et pouvez y mettre fin.`,
    see: 'Voir les accès',
  },
  otherPerson: {
    title: french`La demande s'adresse à quelqu'un d'autre`,
    lead: 'Une autre personne a commencé à répondre à cette demande dans ce navigateur.',
    next: french`Connectez-vous en tant que cette personne, ou retournez à l'application et recommencez en votre propre nom.`,
    signOut: 'Se déconnecter',
  },
  finish: {
    title: french`Retour à l'application`,
    lead: 'Votre réponse est enregistrée.',
    goOn: 'Continuer',
  },
  waiting: {
    title: 'Une seconde personne décide',
    nothing: french`Rien n'est encore partagé.`,
    lead: french`Votre organisation demande l'accord de deux personnes. Les autres administrateurs ont été prévenus par message.`,
    next: french`Quand l'un d'eux aura donné son accord, rouvrez cette page dans ce navigateur, dans les sept jours, pour poursuivre vers l'application. D'ici là, l'application ne reçoit rien.`,
  },
}
