// Pincodes the source's own columns put in the wrong district: a sub-district that was cut in two, a village mistaken for
// its namesake elsewhere, a city filed under one of its two districts. Each was judged by hand, by where its post office
// stands; India Post's present directory agrees with nearly all. Every entry names the office as the source does, and the
// script stops when pincode and office no longer go together.

/** LGD state → LGD district → `pincode office`, comma between. */
export const exceptions: Record<string, Record<string, string>> = {
  'Andhra Pradesh': {
    // The villages of Bhadrachalam mandal that went to Andhra Pradesh in 2014; the town stayed in Telangana.
    'East Godavari': '507129 Nellipaka, 507134 Thotapalli',
  },
  Assam: {
    Baksa: `
      781327 Jalahghat, 781330 Kokilabari Farm, 781366 Goreswar, 781364 Maharipara, 781344 Baganpara, 781372 Mussalpur,
      781343 Dhanbil, 781373 Doomni, 781377 Thamna
    `,
    Barpeta: '781305 Chenga, 781329 Nityananda',
    Biswanath: `
      784176 Chariali, 784167 Borgong, 784189 Karsontala, 784173 Mijikajan, 784179 Bedeti, 784184 Gingia,
      784171 Tetenbari, 784166 Behali, 784177 Biswanathghat, 784174 Pabhoi, 784168 Gohpur, 784169 Howajair,
      784178 Kalabari, 784175 Sootea
    `,
    Charaideo: '785670 Moranhat, 785693 Borhat, 785688 Lakowah, 785698 Lakwah R.S., 785692 Sapekhati, 785673 Sepon',
    Chirang: '783390 Bijni, 783393 Boro Bazar, 783391 Patiladaha, 783372 Basugaon',
    Dhemaji: '787035 Gerukamukh, 787034 Gogamukh',
    Hailakandi: '788801 Kalinagar',
    Hojai: '782428 Jamunamukh',
    'Kamrup Metro': `
      781025 Ambari Fatasil, 781023 Amerigog, 781006 Assam Sachivalaya, 781017 Azara, 781021 Bamunimaidan,
      781029 Basistha, 781028 Beltola, 781009 Bharalumukh, 781018 Binovanagar, 781150 Chandrapur, 782401 Digaru,
      781005 Dispur, 781035 Garchuk, 781016 Gopinathnagar, 781015 Guwahati Airport, 781001 Guwahati G.P.O.,
      781014 Guwahati University, 781036 Hengrabari, 781038 Hatigaon Chariali, 781032 Indrapur, 781013 Jalukbari,
      781019 Kahilipara, 781010 Kamakhya, 781022 Khanapara, 781004 Kharguli, 782403 Khetri, 781011 Mlg Rly Hqs,
      781026 Narangi, 781020 Noonmati, 781034 Odalbakra, 781012 Pandu, 781008 Rehabari, 781027 Satgaon, 781040 Sawkuchi,
      781003 Silpukhuri, 782402 Sonapur, 781171 Udayan Vihar, 781007 Ulubari, 781024 Zoo Road
    `,
    Karimganj: '788735 Ratabari',
    Udalguri: `
      784508 Rowta, 784523 Panerihat, 784510 Harisinga, 784513 Bhairabkunda, 784522 Khoirabari, 784114 Orang,
      784507 Mazbat, 784524 Hatigarh, 784528 Purana Tangla, 784521 Tangla, 784509 Udalguri, 784525 Kalaigaon
    `,
  },
  Bihar: {
    Arwal: '804426 S.P Imamganj',
    Aurangabad: '824208 Madanpur',
    Gopalganj: '841420 Rajapatti',
    Purnia: '854327 Jalalgarh',
  },
  Chhattisgarh: {
    Bijapur: '494448 Madded, 494450 Bhairamgarh',
    Kondagaon: '494229 Pharasgaon Camp, 494230 Piprabahigaon, 494331 Keshkal, 494347 Vishrampuri',
    Korba: '495682 Manikpur Colliery',
    Korea: '497559 Korea Colly',
    Narayanpur: '494661 Narayanpur',
    Raipur: '493881 Nawapara Rajim',
    Rajnandgaon: '491888 Gandai Pandaria',
  },
  'Dadra And Nagar Haveli': {
    'Dadra And Nagar Haveli': '396240 Karad Daman Project',
  },
  Delhi: {
    North: '110009 G.T.B.Nagar, 110033 N.S.Mandi, 110042 Samai Pur',
  },
  Gujarat: {
    Ahmadabad: '380060 Gujrat High Court, 382481 Chandlodia',
    Bharuch: '393002 Ankleshwar IE',
    Dang: '394730 Waghai',
    'Devbhumi Dwarka': '360515 Verad',
    Jamnagar: '363655 Amran',
    Narmada: '393025 Selamba',
    Tapi: '394651 Anumala',
  },
  Haryana: {
    Panchkula: '134116 Sector-26 Panchkula',
    Yamunanagar: '135004 Thermal Colony Yamuna Nagar',
  },
  'Jammu And Kashmir': {
    Baramulla: '193402 Tangmarg',
    Budgam: '190021 Hamhama, 191132 Rangreth',
    Jammu: '180017 Majeen, 180019 Sidhra Housing Colony',
    Pulwama: '192122 Awantipora',
    Srinagar: '190006 Kashmir University, 190008 Jawahar Nagar, 190012 Zainakote',
    Udhampur: '182121 Garhi, 182125 Mir',
  },
  Jharkhand: {
    Bokaro: '827014 Balidih',
    Dhanbad: '828104 Bhuli',
    Gumla: '835208 Ghaghra',
    Latehar: '835218 Netarhat',
    Palamu: '822120 Mohammad Ganj',
    Ramgarh: '825314 Ghatotand, 825325 Kedla',
    'Saraikela Kharsawan': '833101 Amda, 833220 Sini',
  },
  Karnataka: {
    'Bengaluru Urban': '560107 Achitnagar',
    Chikkaballapura: '562102 Melur',
    Mysuru: '571312 Kavalande, 571315 Hura',
    Yadgir: '585315 Madhwar',
  },
  Kerala: {
    Wayanad: '673575 Pozhuthana',
  },
  'Madhya Pradesh': {
    'Agar Malwa': '465449 Soyat Kalan',
    Anuppur: '484440 Bijuri, 484446 Rajnagar Colliery, 484881 Rajendragram',
    Balaghat: '481102 Bharveli',
    Chhindwara: '480441 Parasia',
    Datia: '475686 Baroni Datia',
    Dhar: '454773 Dehri Ghata Billod',
    Jabalpur: '483001 Barela',
    Katni: '483880 Kymore',
    Mandla: '481663 Mohgaon',
    Niwari: '472447 Teharka',
    Raisen: '462046 Mandideep',
    Singrauli: '486884 Nigahi Project',
    Tikamgarh: '472111 Baldeogarh, 472331 Lidhora',
    Umaria: '484555 Nowrozabad',
  },
  Maharashtra: {
    Akola: '444107 Murtizapur, 444407 Pinjar',
    Jalna: '431114 Bhokardan',
    'Mumbai Suburban': `
      400024 Nehru Nagar, 400029 Santacruz P&t Colony, 400042 Bhandup East, 400043 Shivaji Nagar, 400049 Juhu,
      400050 Bandra West, 400051 Bandra(East), 400052 Khar Delivery, 400053 Azad Nagar, 400054 Santacruz(West),
      400055 Santacruz(East), 400056 Vileparle(West), 400057 Vileeparle (East), 400058 Andheri Railway Station,
      400059 J.B. Nagar, 400060 Jogeshwari East, 400061 Vesava, 400063 Goregaon East, 400064 Malad West Dely,
      400065 Aareymilk Colony, 400066 Borivali East, 400067 Kandivali West, 400068 Dahisar, 400069 Andheri East,
      400070 Kurla, 400071 Chembur, 400072 Sakinaka, 400074 FCI, 400075 Pant Nagar, 400076 Powai Iit, 400077 Rajawadi,
      400078 Bhandup West, 400079 Vikhroli, 400080 Mulund West, 400081 Mulund East, 400082 Bhandup Complex,
      400083 Tagore Nagar, 400084 Barve Nagar, 400085 BARC, 400086 Ghatkopar West, 400087 NITIE, 400088 T.F.Donar,
      400089 Tilak Nagar, 400091 Borivali, 400092 Borivali West, 400093 Chakala Midc, 400094 Anushakti Nagar,
      400095 Kharodi, 400096 Seepz, 400097 Malad East, 400098 Vidyanagari, 400099 Sahar P & T Colony,
      400101 Kandivali East, 400102 Jogeshwari West, 400103 Mandapeshwar, 400104 Motilal Nagar
    `,
    Palghar: '421312 Kudus',
  },
  Manipur: {
    Pherzawl: '795143 Thanlon',
    Tengnoupal: '795131 Moreh',
  },
  Meghalaya: {
    'East Khasi Hills': '793115 Sohiong',
    'South Garo Hills': '794107 Nangwalbibra',
  },
  Mizoram: {
    Serchhip: '796370 Lungdar',
  },
  Odisha: {
    Cuttack: '754001 Fulnakhara',
    Malkangiri: '764046 Khairaput',
  },
  // Enclaves, which the source files under the state around them.
  Puducherry: {
    Mahe: '673310 Mahe',
    Pondicherry: '605106 Nettapakkam',
    Yanam: '533464 Yanam',
  },
  Punjab: {
    Barnala: '148107 Handiaya',
    'Fatehgarh Sahib': '147301 Mandigobindgarh',
    Firozepur: '152022 Guruharsahai',
    Hoshiarpur: '144204 Tanda, 146001 Hoshiarpur',
    Patiala: '147201 Nabha',
    Rupnagar: '140101 Morinda',
    'S.A.S Nagar': '140603 Zirakpur, 160103 Naya Gaon',
    'Shahid Bhagat Singh Nagar': '144513 Musapur',
  },
  Rajasthan: {
    Ajmer: '305202 Kharwa',
    Jhalawar: '326036 Raipur, 326512 Pach Pahar',
    Jodhpur: '342302 Lohawat',
    Udaipur: '313603 Bhinder, 313604 Kanore',
  },
  'Tamil Nadu': {
    // The taluks Chennai took over in 2018; the source has older, larger taluks around the city.
    Chennai: `
      600016 Meenambakkam, 600019 Tiruvottiyur, 600037 Mogappair, 600049 Villivakkam, 600050 Korattur,
      600051 Madhavaram Milk Colony, 600053 Ambattur, 600058 Ambattur Indl Estate, 600060 Madhavaram, 600066 Pozhal,
      600068 Manali, 600076 Korattur RS, 600087 Alwarthirunagar, 600095 Maduravoyal, 600099 Kolathur,
      600110 Ponniammanmedu, 600113 TTTI Taramani, 600116 Porur, 600119 Sholinganallur, 600125 Mugalivakkam
    `,
    Coimbatore: `
      641103 Irugur, 641113 Seeliyur, 641401 Kangayampalayam, 641407 Arasur, 641653 Annur, 641659 Karumathampatti,
      641669 Sultanpet, 641697 Pogalur, 642114 Malayandipattinam, 642133 Sethumadai
    `,
    Cuddalore: '606104 Mangalam',
    Kanchipuram: '600130 Thazambur',
    Perambalur: '621110 Poolambadi',
    Salem: `
      637102 Konganapuram, 637103 Mac Donalds Choultry, 637104 Thevur, 637105 Vellandivalasai, 637107 Poolampatti,
      637303 Sankari West
    `,
    Theni: '625536 T.Subbulapuram',
    Thiruvallur: '600062 Tirumullaivoyal',
    Thiruvarur: '609504 Sannanallur, 612801 Alangudi-NID, 612802 Haridwaramangalam',
    Tiruppur: '638103 Kunnathur, 638752 Uttukuli Rs, 638812 Chengapalli',
  },
  Telangana: {
    Khammam: '507003 Gandhichowk',
    Mahabubabad: '506317 Peddavangara, 506318 Waddekothapally',
    Mancherial: '504220 Madaram Township',
    // Suburbs with a Hyderabad postal address, outside Hyderabad district.
    'Medchal Malkajgiri': `
      500042 Hal, 500043 Airforce Academy, 500054 HMT Township, 500055 IDA Jeedimetla, 500062 Ecil, 500072 Kukatpally,
      500078 Nisa Hakimpet, 500085 Jntu Kukat Pally, 500087 JJ Nagar Colony, 500088 Samskruthi
    `,
    'Ranga Reddy': '500050 Chandanagar, 500069 R.C.Imarat, 500091 Hydershahkote',
  },
  Tripura: {
    Gomati: '799125 Garjee',
    Unakoti: '799288 Kanchanbari',
    'West Tripura': '799014 Agartala ONGC, 799022 Tripura University, 799130 Sekerkote',
  },
  'Uttar Pradesh': {
    Amethi: '227409 Gauriganj, 229302 Fursatganj, 229304 Harbansganj',
    Ayodhya: '224123 Ayodhya, 224141 Goshaiganj, 224161 Maya, 224203 Rampur Bhagan',
    Bahraich: '271875 Risia',
    Banda: '210120 Khurand R.S.',
    Bhadohi: '221306 Khamaria',
    Chandauli: '232106 Kamalpur',
    Etah: '207120 Pilua',
    Ghaziabad: '201206 Murad Nagar',
    Hathras: '204216 Sasni, 281302 Bisawar',
    Jalaun: '285126 Madhogarh',
    Kannauj: '209721 Chhibramau, 209722 Gurusahaiganj',
    'Kanpur Dehat': '209115 Rajpur, 209204 Sheoli, 209208 Musa Nagar',
    'Kanpur Nagar': '209206 Ghatampur',
    Kaushambi: '212203 Charwa, 212204 Daranagar',
    'Kushi Nagar': '274203 Hata',
    Maharajganj: '273157 Bribgemanganj, 273163 Siswa Bazar',
    Mahoba: '210504 Khanna',
    Mirzapur: '231309 Kubari Patehara',
    Muzaffarnagar: '251301 Alipur Kheri',
    Pilibhit: '262302 Majhola',
    Prayagraj: '212108 Shankargarh',
    Rampur: '244922 Shahabad',
    Sambhal: '242021 I.A. Babrala, 243751 Babrala, 244301 Sirsi',
    Shamli: '247776 Shamli',
    Sultanpur: '227808 Hasanpur, 227815 Haliapur',
  },
  Uttarakhand: {
    Champawat: '262561 Pati',
    'Udam Singh Nagar': '244713 Hariawala Chauraha',
  },
  'West Bengal': {
    '24 Paraganas North': `
      700028 Dumdum, 700030 Ghugudanga, 700035 Alambazar, 700036 Baranagar, 700052 Kolkata Airport,
      700065 Rabindra Nagar, 700074 Motijheel, 700077 Bediapara, 700080 Mall Road, 700090 Noapara, 700108 ISI PO
    `,
    '24 Paraganas South': '700084 Garia',
    Jhargram: '721125 Baligeria, 721159 Kharikamathani, 721501 Belpahari, 721504 Dahijuri',
    Kalimpong: '734316 Topkhana',
    'Medinipur West': '721148 Kheput, 721436 Mohanpur, 721457 Gomunda',
    'Purba Bardhaman': '713102 Nutanganj',
  },
}

/** Pincodes whose row contradicts the place, with no fact that decides: better no answer than a wrong one. */
export const undecided = `
  110088 Shalimar Bagh, 122502 Khalilpur, 192221 Qazigund, 192305 Achan, 224172 Rasulabad, 224195 Tikari,
  224207 Majurddinpur, 274206 Hetimpur, 281104 Jalesar R.S., 389341 Adadra, 484120 S.K. Nagar, 500049 Miyapur,
  784113 Kopati, 795135 Pallel, 795145 Litan, 799153 Radhanagar, 804435 Main, 825315 Konardam
`
