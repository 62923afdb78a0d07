// The source still files post offices under the districts of about 2011. Sub-districts (tehsil, taluk, mandal, circle)
// that now lie in another district of the LGD list are named here, by hand; India Post's present directory was compared.
// Only sub-districts that moved whole: where one was cut in two its pincodes are in exceptions.ts. A sub-district not named
// stayed where it was. Districts newer than the LGD list have no code yet, so their sub-districts stay with the parent.

/** LGD state → LGD district the source names → district of today → sub-districts as the source spells them. */
export const movedSubDistricts: Record<string, Record<string, Record<string, string>>> = {
  'Arunachal Pradesh': {
    'Dibang Valley': { 'Lower Dibang Valley': 'Roing Circle' },
    'East Kameng': { 'Pakke Kessang': 'Seijosa Circle' },
    Lohit: {
      Anjaw: 'Hayuliang Circle',
      Namsai: 'Chowkham Circle, Lekang Circle, Namsai Circle',
    },
    Tirap: { Longding: 'Longding Circle' },
    'West Siang': {
      Leparada: 'Basar Circle',
      'Lower Siang': 'Likabali Circle',
      'Shi Yomi': 'Mechuka Circle',
    },
  },
  Assam: {
    Bongaigaon: { Chirang: 'Sidli (Part-II)' },
    Darrang: { Udalguri: 'Harisinga' },
    Dhubri: { 'South Salmara Mancachar': 'Mankachar, South Salmara' },
    Jorhat: { Majuli: 'Majuli' },
    'Karbi Anglong': { 'West Karbi Anglong': 'Donka' },
    Kokrajhar: { Chirang: 'Sidli (Pt.-I)' },
    Nagaon: { Hojai: 'Hojai, Lanka' },
    Nalbari: { Baksa: 'Barama, Tamulpur' },
    Sivasagar: { Charaideo: 'Sonari' },
    Sonitpur: { Biswanath: 'Helem' },
  },
  Chhattisgarh: {
    Bastar: { Kondagaon: 'Kondagaon' },
    Bilaspur: { Mungeli: 'Lormi, Mungeli' },
    Dantewada: {
      Bijapur: 'Bhopalpattanam',
      Sukma: 'Konta',
    },
    Durg: {
      Balod: 'Dondiluhara, Gunderdehi, Gurur, Sanjaribalod',
      Bemetara: 'Bemetra, Berla, Nawagarh',
    },
    Raipur: {
      'Baloda Bazar': 'Baloda Bazar, Bhatapara, Bilaigarh, Kasdol, Palari, Simga',
      Gariyaband: 'Bindranawagarh, Deobhog, Rajim',
    },
    Surguja: {
      Balrampur: 'Pal, Rajpur, Samari, Wadrafnagar',
      Surajpur: 'Pratappur, Surajpur',
    },
  },
  Gujarat: {
    Ahmadabad: { Botad: 'Barwala, Ranpur' },
    Bhavnagar: { Botad: 'Botad, Gadhada' },
    Jamnagar: { 'Devbhumi Dwarka': 'Bhanvad, Kalyanpur, Khambhalia, Okhamandal' },
    Junagadh: { 'Gir Somnath': 'Kodinar, Patan-Veraval, Sutrapada, Talala, Una' },
    Kheda: { Mahisagar: 'Balasinor, Virpur' },
    'Panch Mahals': { Mahisagar: 'Kadana, Khanpur, Lunawada, Santrampur' },
    Rajkot: { Morbi: 'Maliya, Morvi, Tankara, Wankaner' },
    'Sabar Kantha': { Arvalli: 'Bayad, Bhiloda, Dhansura, Malpur, Meghraj, Modasa' },
    Surat: { Tapi: 'Nizar, Songadh, Uchchhal, Valod, Vyara' },
    Surendranagar: { Morbi: 'Halvad' },
    Vadodara: { Chhotaudepur: 'Chhota Udaipur, Jetpur Pavi, Kavant, Nasvadi, Sankheda' },
  },
  Haryana: {
    Bhiwani: { 'Charki Dadri': 'Dadri' },
    Faridabad: { Palwal: 'Hathin, Hodal, Palwal' },
    Gurugram: { Nuh: 'Ferozepur Jhirka, Nuh, Punahana, Taoru' },
  },
  'Jammu And Kashmir': {
    Anantnag: { Kulgam: 'Kulgam' },
    Doda: {
      Kishtwar: 'Kishtwar',
      Ramban: 'Banihal, Ramban',
    },
    Jammu: { Samba: 'Samba' },
    Pulwama: { Shopian: 'Shupiyan' },
    Srinagar: { Ganderbal: 'Ganderbal, Kangan' },
    Udhampur: { Reasi: 'Gool Gulab Garh, Reasi' },
  },
  Jharkhand: {
    Simdega: { Gumla: 'Basia' },
    'West Singhbhum': { 'Saraikela Kharsawan': 'Adityapur' },
  },
  Karnataka: {
    Kalaburagi: { Yadgir: 'Shahpur, Shorapur, Yadgir' },
  },
  'Madhya Pradesh': {
    'East Nimar': { Burhanpur: 'Burhanpur, Nepanagar' },
    Guna: { Ashoknagar: 'Ashoknagar, Chanderi, Isagarh, Mungaoli' },
    Jhabua: { Alirajpur: 'Alirajpur, Jobat' },
    Shajapur: { 'Agar Malwa': 'Agar, Badod, Nalkheda, Susner' },
    Sidhi: { Singrauli: 'Chitrangi, Singrauli' },
    Tikamgarh: { Niwari: 'Niwari, Prithvipur' },
  },
  Maharashtra: {
    Thane: { Palghar: 'Dahanu, Jawhar, Mokhada, Palghar, Talasari, Vada, Vasai, Vikramgad' },
  },
  Manipur: {
    'Imphal East': { Jiribam: 'Jiribam Sub-Division' },
    Senapati: {
      Kangpokpi: 'Sadar Hills East Sub-Division, Sadar Hills West Sub-Division, Saitu Gamphazol Sub-Division',
    },
    Tamenglong: { Noney: 'Nungba Sub-Division' },
    Thoubal: { Kakching: 'Kakching Sub-Div.' },
  },
  Meghalaya: {
    'East Garo Hills': { 'North Garo Hills': 'Resubelpara' },
    'West Garo Hills': { 'South West Garo Hills': 'Zikzak' },
    'West Jaintia Hills': { 'East Jaintia Hills': 'Khliehriat' },
    'West Khasi Hills': { 'South West Khasi Hills': 'Mawkyrwat' },
  },
  Punjab: {
    Gurdaspur: { Pathankot: 'Dhar Kalan' },
    Patiala: { 'S.A.S Nagar': 'Dera Bassi' },
    Rupnagar: { 'S.A.S Nagar': 'Kharar, S.A.S.Nagar (Mohali)' },
  },
  Rajasthan: {
    Chittorgarh: { Pratapgarh: 'Arnod, Chhoti Sadri, Pratapgarh' },
    Churu: { Bikaner: 'Dungargarh' },
    Udaipur: { Pratapgarh: 'Dhariawad' },
  },
  'Tamil Nadu': {
    Kanchipuram: { Chennai: 'Alandur, Sholinganallur' },
  },
  Telangana: {
    Adilabad: {
      'Kumuram Bheem Asifabad': 'Asifabad, Bejjur, Jainoor, Kagaznagar, Rebbana, Sirpur (T), Tiryani, Wankdi',
      Mancherial: `
        Bellampalle, Chennur, Dandepalle, Jaipur, Jannaram, Kasipet, Kotapalle, Luxettipet, Mancherial, Nennal, Tandur
      `,
      Nirmal: 'Bhainsa, Dilawarpur, Kaddam (Peddur), Khanapur, Kuntala, Mamda, Mudhole, Nirmal, Sarangapur',
    },
    Karimnagar: {
      Jagitial: `
        Dharmapuri, Gollapalle, Ibrahimpatnam, Jagtial, Kathlapur, Kodimial, Koratla, Mallapur, Mallial, Medipalle,
        Metpalle, Raikal, Velgatoor
      `,
      'Jayashankar Bhupalapally': 'Kataram, Mahadevpur',
      Peddapalli: 'Dharmaram, Julapalle, Manthani, Odela, Peddapalle, Ramagundam, Srirampur, Sultanabad',
      'Rajanna Sircilla': 'Boinpalle, Chandurthi, Gambhiraopet, Mustabad, Sircilla, Vemulawada, Yellareddipet',
      Siddipet: 'Bejjanki, Husnabad, Koheda',
      'Warangal Urban': 'Bheemadevarpalle, Elkathurthi, Kamalapur',
    },
    Khammam: {
      'Bhadradri Kothagudem': `
        Aswapuram, Aswaraopeta, Bhadrachalam, Burgampahad, Chandrugonda, Cherla, Dammapeta, Dummugudem, Julurpad,
        Kothagudem, Manuguru, Palwancha, Yellandu
      `,
      Mahabubabad: 'Bayyaram, Garla',
      Mulugu: 'Venkatapuram',
      // Given to Andhra Pradesh by the 2014 amendment of the reorganisation act.
      'Andhra Pradesh / East Godavari': 'Chintur, Kunavaram, Vararamachandrapuram',
    },
    Mahabubnagar: {
      'Jogulamba Gadwal': 'Alampur, Gadwal, Ghattu, Ieej, Maldakal, Manopad, Waddepalle',
      Nagarkurnool: `
        Achampet, Amrabad, Bijinapalle, Kalwakurthy, Kollapur, Lingal, Nagarkurnool, Peddakothapalle, Telkapalle,
        Thimmajipet, Uppununthala, Vangoor, Veldanda
      `,
      Narayanpet: 'Damaragidda, Dhanwada, Kosgi, Maddur, Makthal, Narayanpet, Utkoor',
      'Ranga Reddy': 'Amangal, Farooqnagar, Keshampet, Kondurg, Kothur, Madgul',
      Vikarabad: 'Kodangal',
      Wanaparthy: 'Atmakur, Gopalpeta, Kothakota, Pebbair, Wanaparthy',
    },
    Medak: {
      Sangareddy: `
        Andole, Hathnoora, Kalher, Kohir, Munpalle, Narayankhed, Nyalkal, Patancheru, Pulkal, Raikode, Ramachandrapuram,
        Sadasivpet, Sangareddy, Zahirabad
      `,
      Siddipet: 'Chinnakodur, Dubbak, Gajwel, Jagdevpur, Kondapak, Nangnoor, Siddipet, Wargal',
    },
    Nalgonda: {
      Suryapet: `
        Garide Palle, Huzurnagar, Jaji Reddi Gudem, Kodad, Mella Cheruvu, Mothey, Munagala, Nadigudem, Neredcherla,
        Nuthankal, Suryapet, Thirumalgiri, Thungathurthi
      `,
      'Yadadri Bhuvanagiri': `
        Alair, Atmakur (M), Bhongir, Bibinagar, Choutuppal, Mothkur, Narayanapur, Pochampalle, Rajapet, Ramannapeta,
        Valigonda, Yadagirigutta
      `,
    },
    Nizamabad: {
      Kamareddy: `
        Banswada, Bhiknoor, Bichkunda, Birkoor, Domakonda, Gandhari, Jukkal, Kamareddy, Lingampet, Madnoor,
        Nagareddipet, Nizamsagar, Pitlam, Sadasivanagar, Tadwai, Yellareddy
      `,
    },
    'Ranga Reddy': {
      Mahabubnagar: 'Gandeed',
      'Medchal Malkajgiri': 'Balanagar, Ghatkesar, Keesara, Malkajgiri, Medchal, Qutubullapur, Uppal',
      Vikarabad: `
        Basheerabad, Dharur, Doma, Kulkacharla, Mominpet, Nawabpet, Pargi, Peddemul, Tandur, Vicarabad, Yelal
      `,
    },
    'Warangal Rural': {
      Jangoan: 'Bachannapet, Devaruppula, Ghanpur (Station), Jangaon, Kodakandla, Raghunathpalle, Zaffergadh',
      'Jayashankar Bhupalapally': 'Bhupalpalle, Chityal, Ghanpur (Mulug), Mogullapalle, Regonda',
      Mahabubabad: `
        Dornakal, Gudur, Kesamudram, Kothagudem, Kuravi, Mahabubabad, Maripeda, Narsimhulapet, Nellikudur, Thorrur
      `,
      Mulugu: 'Eturnagaram, Govindaraopet, Mangapet, Mulug',
      Siddipet: 'Cherial, Maddur',
      'Warangal Urban': 'Dharmasagar, Hanamkonda, Warangal',
    },
  },
  Tripura: {
    'North Tripura': { Unakoti: 'Gournagar, Kumarghat, Pencharthal' },
    'South Tripura': { Gomati: 'Amarpur, Kakraban, Matarbari' },
    'West Tripura': {
      Khowai: 'Kalyanpur, Khowai, Teliamura',
      Sepahijala: 'Bishalgarh, Melaghar',
    },
  },
  'Uttar Pradesh': {
    Budaun: { Sambhal: 'Gunnaur' },
    Etah: { Kasganj: 'Kasganj, Patiyali' },
    Ghaziabad: { Hapur: 'Garhmukteshwar, Hapur' },
    Moradabad: { Sambhal: 'Chandausi, Sambhal' },
    Muzaffarnagar: { Shamli: 'Kairana, Shamli **' },
    'Rae Bareli': { Amethi: 'Tiloi' },
    Shravasti: { Bahraich: 'Payagpur **' },
    Sultanpur: { Amethi: 'Amethi, Gauriganj, Musafirkhana' },
  },
  'West Bengal': {
    Darjeeling: { Kalimpong: 'Gorubathan, Kalimpong - II, Kalimpong -I' },
    Jalpaiguri: { Alipurduar: 'Alipurduar - I, Alipurduar - II, Falakata, Kalchini, Kumargram, Madarihat' },
    'Medinipur West': {
      Jhargram: 'Binpur-I, Binpur-II, Gopiballavpur-I, Gopiballavpur-II, Jamboni, Jhargram, Sankrail',
    },
    'Purba Bardhaman': {
      'Paschim Bardhaman': 'Barabani, Faridpur Durgapur, Jamuria, Kanksa, Pandabeswar, Raniganj, Salanpur',
    },
  },
}
