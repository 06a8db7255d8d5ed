set role liaison_owner;

-- Compiled by hand from what the large providers and the well-known throw-away services run; no list is complete, so a program adds its own
-- domains to the rule (settings.domains), and a warning is looked at by a person.
alter table mail_domain no force row level security;
insert into mail_domain (domain, kind) select d, 'free' from regexp_split_to_table(trim('
  126.com 163.com abv.bg aim.com alice.it aol.com att.net bigpond.com bk.ru bluewin.ch blueyonder.co.uk bol.com.br btinternet.com centrum.cz charter.net
  comcast.net cox.net daum.net email.com fastmail.com foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com
  hanmail.net hey.com home.nl hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com inbox.ru interia.pl
  kpnmail.nl laposte.net libero.it list.ru live.co.uk live.com live.de live.nl mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com ntlworld.com
  o2.pl onet.pl optusnet.com.au orange.fr outlook.com passport.com planet.nl pm.me posteo.de proton.me protonmail.com qq.com rambler.ru rediffmail.com
  rocketmail.com rogers.com sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com sky.com skynet.be sohu.com sympatico.ca t-online.de talktalk.net telenet.be
  telus.net terra.com.br tiscali.it tuta.io tutanota.com tutanota.de ukr.net uol.com.br verizon.net virgilio.it virginmedia.com wanadoo.fr web.de wp.pl
  yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru yeah.net
  ymail.com ziggo.nl zoho.com
'), '\s+') d where d <> '';
insert into mail_domain (domain, kind) select d, 'disposable' from regexp_split_to_table(trim('
  10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonbox.net anonymbox.com burnermail.io byom.de chacuo.net crazymailing.com
  deadaddress.com discard.email discardmail.com discardmail.de disposableaddress.com dispostable.com dodgit.com e4ward.com einrot.com emailondeck.com
  emailtemporanea.com emailtemporanea.net explodemail.com fakeinbox.com fakemail.net fakemailgenerator.com filzmail.com getairmail.com getnada.com grr.la
  guerrillamail.biz guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net guerrillamail.org guerrillamailblock.com harakirimail.com
  inboxkitten.com incognitomail.com jetable.com jetable.net jetable.org kasmail.com linshiyouxiang.net mail-temp.com mail-temporaire.fr mailcatch.com
  maildrop.cc maileater.com mailexpire.com mailinator.com mailinator.net mailinator.org mailinator2.com mailismagic.com mailmoat.com mailnesia.com
  mailnull.com mailsac.com mailshell.com mailtothis.com meltmail.com mintemail.com minuteinbox.com moakt.com mohmal.com mt2015.com mytemp.email
  mytrashmail.com nada.email no-spam.ws nospam4.us nowmymail.com objectmail.com pookmail.com sharklasers.com shieldemail.com smailpro.com sneakemail.com
  sogetthis.com spam4.me spamavert.com spambog.com spambox.us spamdecoy.net spamex.com spamfree24.org spamgourmet.com spamhole.com spaml.com
  spammotel.com spamspot.com temp-mail.io temp-mail.org tempail.com tempemail.com tempemail.net tempinbox.com tempmail.com tempmail.de tempmail.net
  tempmailaddress.com tempmailer.com tempmailo.com tempomail.fr temporaryinbox.com temporarymail.com thankyou2010.com throwam.com throwawaymail.com
  tmail.ws tmailinator.com tmpmail.net tmpmail.org trash-mail.com trash-mail.de trashmail.com trashmail.de trashmail.io trashmail.me trashmail.net
  trbvm.com tyldd.com wegwerfemail.de wegwerfmail.de wegwerfmail.net wegwerfmail.org yopmail.com yopmail.fr yopmail.net zetmail.com zoemail.org
'), '\s+') d where d <> '';
alter table mail_domain force row level security;

reset role;
