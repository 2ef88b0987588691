"""Words that say how somebody feels, whom they greet or that something is the matter, and never what: no title is made of them."""

from __future__ import annotations

from listener.text.words import words_in

DUTCH = words_in(
    """
    aantal absurd acht achter antwoord april augustus avonden bagger bedankt bedrijf begrijp begrijpen belachelijk bepaalde bericht
    berichten bezig bizar blij boos daarnet dankje dankjewel dankuwel december derde dertig dezelfde drama dramatisch duidelijk
    duizend einde elke ergernis euro euros excuses februari fijn fijne fout frustrerend fuck gebeurd gebeuren gebeurt gebruik
    gebruiken gebruikt geholpen geleden gelukt geprobeerd geval geweldig gewoon godverdomme goedemiddag goedemorgen goedenavond
    goedendag graag hallo heer helaas help helpen helpt hetzelfde hey hoi honderd hoop hopelijk hopen hulp iemand irritant jammer
    januari juist juli jullie juni klaar klant klanten klantenservice klopt klote kut kwaad kwartier leuk leuke lukken lukt maart
    manier mei meneer mevrouw minuten minuut mogelijk mogelijkheid moment mooi mooie negen nodig normaal november ochtenden oktober
    onacceptabel ondertussen ongelofelijk ongelooflijk perfect precies prima probeer proberen probleem problemen punt ramp reactie
    reageren reden schandalig schande seconde seconden september shit sindsdien situatie slecht slechte slechter slechtste snap
    snappen soort sorry stom stomme super team teleurgesteld teleurstellend tevoren tevreden tien tijd top tot treurig triest tweede
    twintig veertig verdomme verschrikkelijk vijftig volgens vraag vraagje vragen vreselijk vrij waardeloos webcare wegens werken
    werkt woest wordt zat zeven ziek ziens zojuist zucht
    """
)
ENGLISH = words_in(
    """
    absolutely absurd ago already amazing angry annoyed annoying answer answers apologies apparently appreciate appreciated april aren
    asap ask asked asking august awesome awful bc believe big brand bring brought btw can case certain clearly companies company
    completely correct couldn crap currently cuz damn dear december definitely didn different disappointed disappointing
    disappointment disgrace disgraceful disgusting doesn dollar dollars don early eight end ended euro euros evening excellent explain
    fact fantastic february feel feeling feels fifty finally find folks forty found frustrated frustrating fuck fucked fucking full
    furious fyi give given gives giving glad gonna gotta guess hadn half happen happened happening happens happy hasn hate hated haven
    hell hello help helped helpful helping helps hey honestly hope hopefully hoping horrible hrs hundred idea isn issue issues january
    joke july june kind later literally lol long lousy love loved lovely mad madam march matter may mean means min mins minute minutes
    morning new nice nine november obviously october old omg outrageous part pathetic perfect place please pls plz point poor poorly
    possible possibly probably problem problems question questions real reason recently regarding regards replies reply respond
    response ridiculous run running sad second seconds september seriously seven shame shameful shit short shouldn show sir small smh
    soon sorry sort speak spoke start started stop stopped stuff stupid suck sucks talk talking team tell ten terrible thank thanks
    thankyou thirty tho thousand thru totally turn turned twenty unacceptable unbelievable understand unreal upset useless via wasn
    ways welcome weren whole won wonder wonderful wondering work working works worst wouldn wrong wtf yall yea yep yes zero
    """
)
UNTELLING = DUTCH | ENGLISH
