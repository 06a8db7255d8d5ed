import { french, frenchHtml } from '#platform/words/french.ts'
import { NAME_WORDS } from '#platform/words/name-words.ts'
import type { ConsentWords } from './en.ts'

/** What the pages of consents say in French. Names of pages of the portal stay as they stand there. */
export const FR: ConsentWords = {
  actions: {
    'order.create': french`Passer des commandes, qui coûtent de l'argent`,
    'order.read': 'Voir les commandes',
    'order.update': french`Modifier les commandes en cours, ce qui peut coûter de l'argent`,
    'order.cancel': 'Annuler les commandes en cours',
    'service.read': 'Voir les services utilisés',
    'account.read': 'Voir le compte de facturation et qui le paie',
    'invoice.read': 'Voir les factures du compte de facturation',
  },
  groups: {
    read: 'Voir',
    change: 'Modifier',
    spend: french`Dépenser de l'argent`,
    spendHint: 'Chaque commande figure sur la facture de celui qui paie pour le compte.',
  },
  never: [
    'Voir ou modifier vos utilisateurs, vos mots de passe ou votre moyen de paiement',
    'Voir ou utiliser un autre compte',
    french`Transmettre cet accès à quelqu'un d'autre`,
    french`Décider qui paie, ou changer ce qui lui est permis`,
  ],
  hours: { one: 'heure', other: 'heures' },
  days: { one: 'jour', other: 'jours' },
  and: (one, other) => `${one} et ${other}`,
  quoted: (text) => frenchHtml`« ${text} »`,
  namelessPartner: NAME_WORDS.fr.nameless,
  namelessApp: NAME_WORDS.fr.namelessApp,
  payer: {
    nobody: french`Personne n'est désigné pour payer ce compte : les commandes seront refusées.`,
    other: (name, ban) => french`${name} paie, sur son compte ${ban}. Rien ne figure sur votre facture.`,
    you: french`Vous payez : les commandes figurent sur la facture de ce compte.`,
    yourOther: (ban) => french`Vous payez : les commandes figurent sur la facture du compte ${ban}.`,
  },
  kinds: {
    referral: french`apporteur d'affaires`,
    reseller: 'revendeur',
    wholesaler: 'grossiste',
    msp: french`prestataire d'infogérance`,
    enterprise_hq: french`siège d'entreprise`,
    auditor: 'auditeur',
    white_label: 'partenaire en marque blanche',
    agency: 'agence',
  },
  who: {
    title: 'Qui',
    verified: (partnerOfKinds, provider, since) =>
      frenchHtml`${partnerOfKinds}, partenaire vérifié de ${provider} depuis le ${since}.`,
    legal: 'Dénomination légale',
    legalLine: (name, provider) => frenchHtml`${name}, vérifiée par ${provider}.`,
    support: 'Son assistance',
    agreement: 'Accord',
    agreementLine: (title, version, provider) =>
      french`${title}, version ${version}, en vigueur avec ${provider}.`,
    app: 'Avec quelle application',
    appSays: (client, description) => frenchHtml`${client} : « ${description} »`,
    sandbox: french`Bac à sable : pour des essais`,
    why: 'Pourquoi, selon ses propres mots',
    noReason: french`Aucune raison n'a été donnée.`,
    goBack: 'Vous retournez à',
  },
  faults: NAME_WORDS.fr.faults,
  accounts: {
    title: 'Sur quels comptes',
    hint: french`Rien n'est coché tant que vous ne le cochez pas.`,
    all: (count, tenant) => `Les ${count} comptes de ${tenant}`,
    allHint: french`Ceux qui existent maintenant. Les comptes ajoutés plus tard ne sont pas partagés.`,
    find: 'Chercher des comptes par nom ou numéro',
    findButton: 'Chercher',
    showAll: 'Afficher tous les comptes',
    found: (count, text) =>
      french`${count === 1 ? '1 compte correspond' : `${count} comptes correspondent`} à « ${text} ». Ceux que vous avez cochés le restent.`,
    foundNone: (text) =>
      french`Aucun compte ne correspond à « ${text} ». Ceux que vous avez cochés le restent.`,
    cut: (count) =>
      french`Les ${count} premiers comptes sont affichés ; cherchez les autres par nom ou numéro.`,
    tooMany: (most) => `Choisissez au plus ${most} comptes`,
    tooManyTogether: (most, held) =>
      french`Choisissez moins de comptes : avec ceux qui sont déjà partagés (${held}), un accès en comprend au plus ${most}`,
    ban: (ban) => `Compte de facturation ${ban}.`,
    suggested: (partner) => `Suggéré par ${partner}.`,
    shared: 'Déjà partagé avec ce partenaire.',
    closed: 'Ce compte est fermé.',
    shut: (name, ban, why) =>
      french`${name} (compte de facturation ${ban}) ne peut pas être partagé : ${why}`,
    moreShut: (count) =>
      french`${count === 1 ? '1 autre compte ne peut pas être partagé' : `${count} autres comptes ne peuvent pas être partagés`} non plus.`,
    line: (name, ban, pays) => frenchHtml`${name}, compte de facturation ${ban}. ${pays}`,
    choose: 'Choisissez au moins un compte',
    cannotShare: (ban) => `Le compte ${ban} ne peut pas être partagé`,
    ownOnly: (tenant) => `Choisissez parmi les comptes de ${tenant}`,
  },
  what: {
    title: 'Ce qui sera permis',
    lead: french`Rien n'est coché tant que vous ne le cochez pas. Ce que vous ne cochez pas reste fermé.`,
    choose: french`Cochez au moins une chose à permettre, ou n'autorisez pas la demande`,
    needed: 'Indispensable',
    neededLead: (client) =>
      frenchHtml`Ce qui est marqué « Indispensable » fait partie de toute autorisation de ${client} : sans cela, l'application ne fonctionne pas. Le reste n'est pas coché tant que vous ne le cochez pas.`,
  },
  orders: {
    label: (currency) => `Coût maximal des commandes par mois, en ${currency}`,
    hint: french`Sont comptés les frais uniques de chaque commande et son premier mois. Sans montant, il n'y a pas de limite.`,
    coming: french`Passer des commandes est déjà permis. Il s'agit ici de comptes dans une devise qui n'y figure pas encore.`,
    unread: (currency) =>
      `Indiquez le coût maximal des commandes sous forme de montant en ${currency}, par exemple 5000`,
    upTo: (amount) => `Les commandes peuvent coûter au plus ${amount} par mois civil.`,
    unlimited: french`Le coût des commandes n'est pas limité.`,
    unlimitedIn: (currency) => french`Le coût des commandes en ${currency} n'est pas limité.`,
  },
  bound: {
    title: french`Délai de prise d'effet d'un arrêt`,
    label: french`Secondes avant qu'un arrêt prenne effet partout`,
    hint: french`Sans indication, un arrêt prend effet dès l'appel suivant ; les rares systèmes qui vérifient eux-mêmes l'accès s'en aperçoivent au plus tard après cinq minutes. Un nombre de 1 à 299 ferme ces systèmes à cet accès : chaque appel est alors décidé de nouveau.`,
    unread: (most) =>
      french`Indiquez le délai de prise d'effet d'un arrêt, en secondes entières de 1 à ${most}, ou rien`,
    kept: (seconds) =>
      french`Un arrêt prend effet partout en ${seconds} ${seconds === 1 ? 'seconde' : 'secondes'} au plus : chaque appel est décidé de nouveau.`,
  },
  networks: {
    title: french`D'où viennent les appels`,
    label: 'Seulement depuis ces réseaux',
    hint: french`Adresses ou plages telles que 192.0.2.0/24, une par ligne ; demandez les siennes au partenaire. Sans indication, les appels peuvent venir de partout.`,
    unread: (networks) => french`Ni adresse ni plage : ${networks}`,
    tooMany: (most) => french`Indiquez ${most} réseaux au plus`,
    kept: (networks) =>
      french`L'accès ne fonctionne que depuis ${networks} : chaque appel est décidé de nouveau.`,
  },
  until: {
    title: french`Jusqu'à quand`,
    label: 'Dernier jour',
    hint: (day) =>
      french`L'accès commence dès que vous l'autorisez. Au plus tard le ${day} ; vous pouvez choisir un jour plus proche.`,
    unread: 'Indiquez le dernier jour sous forme de date, par exemple 2027-03-31',
    past: 'Choisissez un dernier jour à venir',
    late: 'Le dernier jour peut être plus proche que demandé, pas plus lointain',
    span: (end, long) =>
      french`Dès maintenant et jusqu'au ${end} (${long}). L'accès s'arrête ensuite de lui-même.`,
  },
  rules: {
    two: french`Deux personnes doivent autoriser : après vous, un autre administrateur.`,
    from: (ranges) => french`L'accès ne fonctionne que depuis ${ranges}.`,
    hours: french`L'accès ne fonctionne qu'aux heures fixées par vos règles d'accès des partenaires.`,
  },
  limits: {
    title: 'Ce qui reste impossible, quel que soit votre choix',
    titleNow: french`Ce que cette demande n'autorise pas, quel que soit votre choix`,
    leave: (tenant) =>
      french`Si vous quittez ${tenant}, un autre administrateur a 14 jours pour confirmer l'accès.`,
    stop: french`Vous pouvez arrêter ou restreindre cet accès à tout moment : Home, puis Partner access. L'effet est immédiat, dès l'appel suivant.`,
  },
  titles: {
    create: (partner, tenant) => french`Laisser ${partner} intervenir sur des comptes de ${tenant} ?`,
    merge: (partner) => french`Permettre davantage à ${partner} ?`,
    replace: (partner) => french`Remplacer l'accès de ${partner} par un autre ?`,
    now: (partner) => french`Approuver cette demande de ${partner} ?`,
  },
  now: {
    orders: french`Ces mots sont ceux du partenaire, et personne ne les compare à ce qu'il commande : d'ici la fin de l'accès, il pourrait aussi passer d'autres commandes.`,
    acts: french`Ces mots sont ceux du partenaire, et personne ne les compare à ce qu'il fait.`,
    stays: (partner) => french`Ce qui était déjà permis à ${partner} ne change pas.`,
  },
  before: {
    title: 'Ce qui est déjà permis',
    can: french`Permis aujourd'hui`,
    on: 'Sur',
    until: french`Jusqu'au`,
    merge: french`Ce que vous choisissez ci-dessous s'ajoute à l'accès actuel. Si vous n'autorisez pas, rien ne change.`,
    replace: french`Ce que vous choisissez ci-dessous remplace l'accès actuel, qui prend fin au même moment.`,
  },
  review: {
    lead: (partner, tenant) =>
      french`${partner} ne reçoit jamais votre mot de passe. Ceci ne concerne que ${tenant}.`,
    confirm: french`Confirmez votre identité avant de décider.`,
    confirmButton: 'Confirmer mon identité',
    stale: 'La demande a changé pendant votre lecture. Relisez-la.',
  },
  buttons: {
    decline: 'Ne pas autoriser',
    goOn: 'Continuer',
    back: 'Retour',
    backTo: (client) => `Retourner à ${client}`,
    allow: (partner) => `Autoriser ${partner}`,
    change: 'Modifier votre choix',
    see: 'Voir dans Partner access',
    decide: 'Lire et décider',
    print: 'Imprimer ou enregistrer',
  },
  check: {
    title: french`Vérifiez avant d'autoriser`,
    second: (first, until) =>
      french`${first} a donné son accord. Votre organisation demande l'accord de deux personnes ; vous seriez la seconde. La demande attend jusqu'au ${until}.`,
    firstGone: (first, until) =>
      french`${first} avait donné son accord et ne décide plus pour votre organisation : cet accord ne compte donc pas. L'accord de deux personnes est demandé ; vous seriez la première. La demande attend jusqu'au ${until}.`,
    can: (partner) => `Ce que ${partner} pourra faire`,
    canNow: (partner) => `Ce que ${partner} pourra ainsi faire`,
    cannot: (partner) => `Ce que ${partner} ne pourra pas faire`,
    cannotNow: (partner) => `Ce que ${partner} ne pourra pas ainsi faire`,
    accounts: 'Sur ces comptes',
    long: 'Combien de temps',
    whom: 'Pour qui',
    whomOnly: (tenant) => french`Pour ${tenant} seulement. L'accès ne peut pas être transmis.`,
    sees: 'Qui le voit',
    seesAll: 'Vous voyez tout ce qui est fait avec cet accès, sous Partner access.',
    rules: 'Vos règles',
  },
  done: {
    open: (partner) => `${partner} attend votre réponse`,
    waiting: () => french`En attente d'une seconde personne`,
    approved: (partner) => `${partner} a désormais accès`,
    denied: (partner) => french`${partner} n'a pas accès`,
    ended: () => 'Cette demande a expiré',
    waitingLead: (tenant, until) =>
      french`Rien n'est encore partagé. Un autre administrateur de ${tenant} a été prévenu et peut décider jusqu'au ${until}.`,
    mailed: 'Tous les administrateurs reçoivent un message qui reprend ces informations.',
    nothing: french`Rien n'est partagé.`,
    beginAgain: french`Recommencez là d'où vous êtes parti.`,
    declined: french`Vous n'avez pas autorisé la demande`,
  },
  receipt: {
    who: 'Qui',
    with: (partner, client) => frenchHtml`${partner}, avec ${client}`,
    can: 'Ce qui est permis',
    orders: 'Commandes',
    on: 'Sur',
    until: french`Jusqu'au`,
    by: 'Décidé par',
    reference: 'Référence',
  },
  blocked: (partner) => french`Impossible de donner accès à ${partner} pour le moment`,
  blocks: {
    partner: (partner, provider) =>
      french`${partner} n'est pas actif auprès de ${provider} pour le moment. Il l'était au moment de la demande.`,
    client: (client) => french`L'application ${client} a été arrêtée.`,
    referral: (partner) =>
      french`${partner} ne fait que recommander des clients ; il ne peut avoir accès à aucun compte.`,
    lookAlike: (provider) =>
      french`Un nom ressemble ici à celui de ${provider}, et ${provider} ne l'a pas vérifié.`,
    tenantSandbox: (tenant) =>
      french`${tenant} est un bac à sable ; une application réelle ne fonctionne qu'avec de vraies organisations.`,
    clientSandbox: (client) =>
      french`${client} est une application d'essai ; elle ne fonctionne qu'avec des bacs à sable.`,
    nobodyAsks: (tenant) => french`Les règles de ${tenant} ne laissent aucun partenaire demander un accès.`,
    listedAsk: (tenant, partner) =>
      french`Les règles de ${tenant} ne laissent que certains partenaires demander un accès ; ${partner} n'en fait pas partie.`,
    unlistedAsk: (tenant, partner) =>
      french`Les règles de ${tenant} interdisent à certains partenaires de demander un accès ; ${partner} en fait partie.`,
    ranOut: french`La demande a expiré dix minutes après avoir été faite. Recommencez là d'où vous êtes parti.`,
    noSecond: (until) => french`Aucune seconde personne n'a donné son accord avant le ${until}.`,
    gone: (tenant) => french`L'accès à modifier n'est pas un accès de ${tenant}, ou il a pris fin.`,
    nothingAsked: french`L'application ne demande rien de ce pour quoi elle est enregistrée.`,
    noAccount: (tenant) => french`${tenant} n'a aucun compte de facturation à partager.`,
    answered: french`Quelqu'un d'autre a déjà répondu.`,
    undecided: (until) => french`Personne n'a décidé avant le ${until}.`,
    notHeld: french`L'accès au titre duquel ceci est demandé a pris fin ou est suspendu.`,
    late: (until) => french`Il était possible de répondre jusqu'au ${until}. Rien n'est partagé.`,
    takenBack: (partner) => french`${partner} a retiré cette demande.`,
  },
  choose: {
    title: french`Pour quelle organisation ?`,
    lead: (partner, client) =>
      frenchHtml`${partner} demande un accès avec ${client}. Ce partenaire ne reçoit jamais votre mot de passe.`,
    adminsOnly: (tenant) => french`${tenant} : seuls ses administrateurs peuvent autoriser un accès.`,
    askThem: french`Demandez à l'un d'eux`,
    isSandbox: (tenant) => french`${tenant} : un bac à sable, alors que cette application est réelle.`,
    isReal: (tenant) => french`${tenant} : cette application d'essai ne fonctionne qu'avec des bacs à sable.`,
    none: french`Vous n'appartenez à aucune organisation qui pourrait l'autoriser.`,
    notYou: french`Vous ne pouvez pas l'autoriser vous-même. Rien n'est partagé tant qu'une personne habilitée n'a pas décidé.`,
    one: french`La réponse vaut pour l'organisation que vous choisissez.`,
    many: french`Vous pouvez décider pour plusieurs organisations. La réponse vaut pour celle que vous choisissez.`,
  },
  asked: {
    more: (partner) => `${partner} demande un accès plus large`,
    now: (partner) => `${partner} vous demande une approbation`,
    ask: (partner) => `${partner} demande un accès`,
    moreLead: (partner, tenant, client) =>
      frenchHtml`${partner} a déjà accès à des comptes de ${tenant} avec ${client}. Rien de plus n'est partagé tant que vous ne l'autorisez pas.`,
    nowLead: (partner, tenant, client) =>
      frenchHtml`${partner} a déjà accès à des comptes de ${tenant} avec ${client}. Ceci serait autorisé en plus, et seulement si vous le voulez.`,
    askLead: (partner, client) =>
      frenchHtml`${partner} demande à intervenir sur des comptes de votre organisation avec ${client}. Vous choisissez lesquels, et rien n'est partagé tant que vous ne l'autorisez pas. Ce partenaire ne reçoit jamais votre mot de passe.`,
    asksFor: 'Ce qui est demandé',
    on: 'Sur le compte de facturation indiqué',
    why: 'Pourquoi, selon ses propres mots',
    message: 'À quoi cela sert, selon le partenaire',
    couldDo: 'Ce qui lui serait permis',
    long: 'Combien de temps',
    atMost: (hours) => french`Au plus ${hours} ; l'accès s'arrête ensuite de lui-même.`,
    compare: (partner, until) =>
      french`Comparez avec ce que ${partner} vous montre ou vous dit. Si vous ne vous y attendiez pas, n'autorisez pas. Vous pouvez répondre jusqu'au ${until}.`,
    allowed: 'La demande a été autorisée.',
    notAllowed: french`La demande n'a pas été autorisée ; rien n'a changé.`,
    notAllowedNow: french`La demande n'a pas été autorisée ; rien n'a été partagé.`,
    waits: french`Une personne a donné son accord ; une seconde décide sous Partner access.`,
    lapsed: (until) => french`Personne n'a décidé avant le ${until} ; rien n'a changé.`,
    lapsedNow: (until) => french`Il était possible de répondre jusqu'au ${until}. Rien n'a été partagé.`,
  },
  problems: {
    altered: french`Le formulaire demande plus que ce qui était demandé ; rien n'a été modifié.`,
    changed: french`La demande a changé depuis votre lecture ; rien n'a été autorisé.`,
    over: french`Quelqu'un a déjà répondu à cette demande.`,
    second: french`Vous avez déjà donné votre accord ; un autre administrateur doit aussi donner le sien.`,
  },
}
