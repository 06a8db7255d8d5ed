import { french } from '#platform/words/french.ts'
import type { AccountWords } from './account-en.ts'

/** What the pages of the own account, and the mails about it, say in French. */
export const ACCOUNT_FR: AccountWords = {
  title: 'Votre compte',
  lead: 'Ce que vous modifiez ici vaut partout où vous travaillez.',
  save: 'Enregistrer',
  back: 'Retour',
  backToWork: 'Retour au travail',
  name: 'Nom',
  nameMissing: 'Indiquez votre nom, en 200 caractères au plus.',
  shortcuts: 'Raccourcis clavier à une lettre',
  shortcutsHint: french`Des lettres comme « g t » permettent de se déplacer dans le portail. Elles n'agissent jamais pendant que vous écrivez dans un champ.`,
  language: 'Langue',
  languageHint: french`Pour les messages que vous recevez, pour les pages de connexion et de votre compte, et pour celles où vous décidez d'un accès. Le portail est en anglais.`,
  anyLanguage: 'Celle de mon navigateur',
  anyLanguageHint: french`Les messages sont alors dans la langue dans laquelle un accès a été autorisé, sinon en anglais.`,
  saved: {
    profile: french`C'est enregistré.`,
    password: 'Votre mot de passe a été modifié, et vos autres sessions ont pris fin.',
    factor: 'Vos seconds facteurs ont été modifiés.',
    session: 'La session a pris fin.',
    sessions: 'Toutes les autres sessions ont pris fin.',
  },
  passwordTitle: 'Mot de passe',
  passwordLead: 'Si vous le modifiez, toutes vos autres sessions prennent fin.',
  change: {
    title: 'Modifier votre mot de passe',
    lead: 'Vos autres sessions prennent fin, et vous recevez un message à ce sujet.',
    current: 'Mot de passe actuel',
    button: 'Modifier le mot de passe',
    keep: french`Garder l'ancien`,
    wrong: 'Le mot de passe actuel est incorrect.',
  },
  factors: {
    title: 'Seconds facteurs',
    app: french`Application d'authentification`,
    appNote: 'Codes qui changent toutes les 30 secondes',
    codes: 'Codes de récupération',
    codesLeft: (left) => `${left} sur 10 disponibles`,
    newCodes: 'Créer de nouveaux codes',
    passkeyUsed: (made, used) => french`Clé d'accès · créée le ${made} · dernière utilisation le ${used}`,
    passkeyUnused: (made) => french`Clé d'accès · créée le ${made} · pas encore utilisée`,
    remove: 'Supprimer',
    removeWhat: (label) => `Supprimer ${label}`,
    removeApp: french`Supprimer l'application d'authentification`,
    needed: french`Vous n'avez pas de second facteur. Il vous en faut un pour travailler ici.`,
    advised: french`Vous n'avez pas de second facteur. Un mot de passe seul peut être volé ou deviné.`,
    addPasskey: french`Ajouter une clé d'accès`,
    addApp: french`Ajouter une application d'authentification`,
  },
  removal: {
    staysTitle: 'Ce facteur doit rester',
    stays: french`C'est votre seul second facteur, et ce sur quoi vous travaillez ici en exige un. Ajoutez-en d'abord un autre, puis supprimez celui-ci.`,
    last: 'Ensuite, votre mot de passe seul ouvrira votre compte, et vos codes de récupération disparaîtront aussi.',
    others: 'Vos autres seconds facteurs ne changent pas.',
    keep: 'Le garder',
    appTitle: french`Supprimer l'application d'authentification ?`,
    passkeyTitle: (label) => french`Supprimer la clé d'accès « ${label} » ?`,
    passkey: french`Supprimer la clé d'accès`,
  },
  sessions: {
    title: 'Où vous êtes connecté',
    here: 'Ce navigateur',
    end: 'Mettre fin',
    endWhat: (browser) => french`Mettre fin à la session de ${browser}`,
    endOthers: 'Mettre fin à toutes les autres sessions',
    unknownAddress: 'adresse inconnue',
    line: (address, since, seen) => `${address} · connexion le ${since} · dernière activité le ${seen}`,
    byPassword: (at) => `${at} par mot de passe`,
    byCode: (at) => `${at} avec un code`,
    byPasskey: (at) => french`${at} par clé d'accès`,
    note: 'Une session prend fin 12 heures après la connexion, ou après une demi-heure sans activité.',
  },
  record: {
    title: 'Ce qui est conservé à votre sujet',
    lead: french`Votre nom et votre adresse, les organisations où vous travaillez, vos connexions et ce que vous avez fait. Pour le faire effacer, adressez-vous à l'administrateur de votre organisation ou au fournisseur.`,
    download: 'Télécharger ce qui est conservé à votre sujet',
  },
  mails: {
    hello: 'Bonjour,',
    helloName: (name) => `Bonjour ${name},`,
    notYou: french`Si ce n'était pas vous, définissez aussitôt un nouveau mot de passe et mettez fin à vos autres sessions sur la page de votre compte.`,
    reset: {
      subject: (provider) => french`Définir un nouveau mot de passe pour ${provider}`,
      lead: french`Quelqu'un, probablement vous, a demandé un nouveau mot de passe pour cette adresse. Ouvrez cette page dans les 30 minutes ; elle fonctionne une seule fois :`,
      stays: french`Votre second facteur ne change pas et vous sera toujours demandé. Si vous n'avez rien demandé, ne faites rien : votre mot de passe n'a pas changé.`,
    },
    newPlace: {
      subject: (provider) => `Nouvelle connexion à ${provider}`,
      lead: (browser, network, at) =>
        french`Votre compte a été ouvert avec ${browser} depuis l'adresse réseau ${network} le ${at}. Au cours des 90 derniers jours, il n'avait pas été ouvert depuis ce réseau, ou pas avec un tel navigateur.`,
      you: french`Si c'était vous, ne faites rien.`,
    },
    password: {
      subject: 'Votre mot de passe a été modifié',
      lead: (provider) =>
        french`Le mot de passe de votre compte ${provider} a été modifié, et vos autres sessions ont pris fin.`,
    },
    factors: {
      subject: 'Vos seconds facteurs ont été modifiés',
      appAdded: (provider) =>
        french`Une application d'authentification a été ajoutée à votre compte ${provider}.`,
      appRemoved: (provider) =>
        french`L'application d'authentification a été supprimée de votre compte ${provider}.`,
      passkeyAdded: (provider, label) =>
        french`La clé d'accès « ${label} » a été ajoutée à votre compte ${provider}.`,
      passkeyRemoved: (provider, label) =>
        french`La clé d'accès « ${label} » a été supprimée de votre compte ${provider}.`,
      codesRenewed: (provider) =>
        french`De nouveaux codes de récupération ont été créés pour votre compte ${provider} ; les anciens ne fonctionnent plus.`,
    },
  },
}
