"""First names that are common in the Netherlands, Belgium, Britain and America, written down for this project; and words that are none."""

from __future__ import annotations

DUTCH = """
aart abdel achmed adriaan ahmed aisha albert alex ali alice amber amira amina amy anders andre angela angelique anita anja anke anna
annelies annemarie annemiek anneke annette annika anouk ans anton antoon arend arie arjan arjen arno arnold astrid aukje ayoub
babette barbara barend bart bas bastiaan bea beatrijs ben benjamin bennie bert berend bernard bianca bilal bjorn bo bob boris bram brecht
brigitte bruno carla carlijn carolien caroline casper cees chantal charlotte chris christiaan christel christine cindy claudia coen
corine corrie cor daan damian daniel danielle danny david debby demi dennis diana dick diederik dieter dirk don dorien dries dylan
edwin eefje eelco eline elisa elisabeth elke ellen els elsbeth emiel emma enzo erik erica erwin esmee esther eva evelien evert
fabian fatima fatma fedde femke ferdi feyza finn fleur floor floris fons frank frans fred frederik freek friso gaby geert gerard gerben
gerda gerrit gert gertjan gijs gijsbert gilles ginny greet greta guido guus hamza hanna hannah hanneke hans harm harmen harold harry
hasan hassan heidi hein helen helga hendrik henk henny henri herman hetty hicham hilde hugo huub ibrahim ids ilona ilse imane inge
ingrid ineke irene iris isa isabel ivo jaap jack jacob jacqueline jacques jan janneke janine jannes janny jasmijn jasper jelle jelmer
jens jennifer jeroen jesper jesse jessica jet jeffrey jip joep joke jolanda jolien jonas joost joris jos josephine josien joyce judith
juliette julia jurgen jurriaan kaat karel karen karim karin karlijn kasper katja katrien kees kevin kim klaas klaartje koen koos kris
lars laura leah leen leendert lena lennart leo leonie lianne lies liesbeth lieke lieve linda lisa lisanne lise lizzy loes lode lotte
louise luc lucas luuk lynn maaike maarten maartje machteld mandy manon marc marcel margot margriet maria marianne marieke mariska marije
marijke marijn marit marjan marjolein marjon markus marleen marloes marlies martijn martine matthijs mathilde maud maurits max mees
mehmet meike melissa menno merel merijn merve michelle michiel mieke mila milan mirjam mirthe mohamed mohammed monique murat mustafa
myrthe nadia naomi natasja nathalie nicole niek nico niels nienke nina noa noor nora olaf olivier omar oscar otto patricia patrick
paul paula pauline peter petra piet pieter pim pien quinten rachid rachel ralf ramon raoul rein reinier remco renate rene reza rianne
rick riet rik rob robbert robin roel roeland rogier roland rolf romy ronald ronnie roos rosa rosalie ruben rudi ruud rutger saar sabine
said sam samantha samira sander sandra sanne sara sarah saskia sebastiaan selma servaas sietske sijmen silvia simone sjaak sjoerd
sofie sonja stan stefan stephanie sterre steven stijn suzan suzanne sven sybren sylvia tamara tanja teun teunis thea theo thijs thirza
thomas tijmen tim timo tineke tjeerd tom tommy toon toos trijntje truus twan ulrike ursula valerie vera veerle victor vincent
walter wendy wesley wessel wiebe wiesje willem willemijn wilma wim wouter xander yara yasmin yasmina younes youssef yvette yvonne zeynep
zoe
"""
ENGLISH = """
aaron abigail adam adrian alan alexander alexandra alexis alfie alison allison amanda amelia andrea andrew angus ann anne anthony april
archie arthur ashley audrey austin ava barry beatrice becky benjamin bernadette beth bethany betty beverly billy bradley brandon brenda
brian bridget brittany bruce bryan caitlin callum cameron carl carol carolyn carrie catherine cathy cecilia charles charlie chelsea
cheryl christian christina christopher claire clara clare colin connor courtney craig crystal curtis cynthia dale darren dave dawn dean
deborah debra derek desmond diane dominic donald donna doris dorothy douglas duncan dustin dwayne edith edward eileen elaine eleanor
elizabeth ella ellie elliot emily eric erin ethan eugene evan evelyn faith felicity fiona florence frances francis freddie gareth
gary gavin gemma geoffrey george georgia gerald gillian gina gladys glenn gloria gordon graham greg gregory guy gwen hailey hannah harriet
harvey hayley hazel heather hector henry hilary holly howard ian imogen irene isaac isabella isla jackie jackson jacob jade jake james
jamie jane janet janice jared jason jasmine jay jean jeff jenna jenny jeremy jerry jill jim jimmy joan joanna joanne jodie joe joel
john johnny jonathan jordan joseph joshua joy joyce juan judy julian julie justin kaitlyn karl kate katherine kathleen kathryn katie
kayla keith kelly kelsey ken kenneth kerry kimberly kirsty kyle lauren laurence lawrence leah lee leslie lewis liam lily linda lindsay
lisa logan lorraine louis lucy luke lydia lynda lynne madison malcolm margaret maria marilyn marion martha martin marvin mary mason
matilda matthew maureen megan melanie melissa michael michelle mildred mitchell mohammad molly monica morgan nancy natalie natasha nathan
neil nicholas nigel noah norman oliver olivia oscar pamela patricia paula paige pauline peggy penny percy peter philip phoebe phyllis
poppy priya rachel ralph randy raymond rebecca reginald rhys richard robert roderick roger ronald rosemary rosie ross roy russell ruth
ryan sally samuel sandra sandy scott sean shannon sharon shaun sheila shirley sienna simon sophia sophie spencer stacey stanley stella
stephanie stephen steve stuart susan tara teresa terry theodore theresa tiffany timothy tina toby todd tony tracy travis trevor tyler
valerie vanessa vernon veronica victoria vincent violet virginia vivian walter warren wayne wendy wilfred william zachary zara
"""
_ALSO_WORDS = """
said roy dick april ans bea ben elke ken joke finn nicholas bo don faith floor guy jay jet joy kim lee leen lies max mees noor penny
roos ross sam sterre tim violet poppy rosa amber crystal dawn dale grace hazel holly ivy jade jordan lode madison mason may mark rein
riet roland scott stan summer virginia victoria florence georgia jackson logan morgan paris austin chelsea brandon dean harvey kelly
mila noa isa ids cor koos toon trijntje carol
"""
FIRST_NAMES = frozenset((DUTCH + ENGLISH).split())
PLAIN_FIRST_NAMES = FIRST_NAMES - frozenset(_ALSO_WORDS.split())
"""First names that are hardly ever a word or a place of their own."""
_COMPANIES = """
albert heijn, jan linders, calvin klein, tommy hilfiger, michael kors, hugo boss, jack jones, jack daniels, marc jacobs, ralph lauren,
ben jerry, robert bosch, philip morris, ernst young, peter pan, harry potter, thomas cook, john deere, don quixote, simon levelt,
hans anders, eddie bauer, max havelaar, anne frank, vincent van gogh, charles vogele, robert half, wendy house
"""
NOT_PEOPLE = frozenset(name.strip() for name in _COMPANIES.replace("\n", " ").split(","))
"""Companies and works that are named like a person."""
