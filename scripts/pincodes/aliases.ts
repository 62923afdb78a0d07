// Where the source and the Local Government Directory spell a name differently, or the name has been changed since.
// Written by hand; keys are the source's names, values the names in lgd-districts.tsv. Case, spaces and punctuation are
// ignored in matching, so `SURENDRA NAGAR` needs no line here. A district of another state is written `State / District`.
// A line that no longer matches anything stops the script.

export const stateAliases: Record<string, string> = {
  Chattisgarh: 'Chhattisgarh',
  Pondicherry: 'Puducherry',
}

export const districtAliases: Record<string, Record<string, string>> = {
  'Andaman And Nicobar Islands': {
    Nicobar: 'Nicobars',
    'South Andaman': 'South Andamans',
  },
  'Andhra Pradesh': {
    Ananthapur: 'Anantapur',
    Cuddapah: 'Y.S.R.',
    Nellore: 'Spsr Nellore',
    Visakhapatnam: 'Visakhapatanam',
  },
  Assam: {
    'North Cachar Hills': 'Dima Hasao',
    Sibsagar: 'Sivasagar',
  },
  Bihar: {
    'Aurangabad(BH)': 'Aurangabad',
    'East Champaran': 'Purbi Champaran',
    'West Champaran': 'Pashchim Champaran',
  },
  Chhattisgarh: {
    Kawardha: 'Kabirdham',
    Koriya: 'Korea',
  },
  Delhi: {
    'Central Delhi': 'Central',
    'East Delhi': 'East',
    'North Delhi': 'North',
    'North East Delhi': 'North East',
    'North West Delhi': 'North West',
    'South Delhi': 'South',
    'South East Delhi': 'South East',
    'South West Delhi': 'South West',
    'West Delhi': 'West',
  },
  Gujarat: {
    Ahmedabad: 'Ahmadabad',
    Dahod: 'Dohad',
    'The Dangs': 'Dang',
  },
  Haryana: {
    Gurgaon: 'Gurugram',
  },
  'Himachal Pradesh': {
    'Bilaspur (HP)': 'Bilaspur',
    'Hamirpur(HP)': 'Hamirpur',
    'Lahul & Spiti': 'Lahul And Spiti',
  },
  'Jammu And Kashmir': {
    Ananthnag: 'Anantnag',
    Bandipur: 'Bandipora',
    Kargil: 'Ladakh / Kargil',
    Leh: 'Ladakh / Leh Ladakh',
    Rajauri: 'Rajouri',
  },
  Jharkhand: {
    'East Singhbhum': 'East Singhbum',
    Giridh: 'Giridih',
    Hazaribag: 'Hazaribagh',
    Palamau: 'Palamu',
    Sahibganj: 'Sahebganj',
    'Seraikela-Kharsawan': 'Saraikela Kharsawan',
  },
  Karnataka: {
    Bagalkot: 'Bagalkote',
    Bangalore: 'Bengaluru Urban',
    'Bangalore Rural': 'Bengaluru Rural',
    Belgaum: 'Belagavi',
    Bellary: 'Ballari',
    Bijapur: 'Vijayapura',
    Chamrajnagar: 'Chamarajanagara',
    Chickmagalur: 'Chikkamagaluru',
    Chikkaballapur: 'Chikkaballapura',
    Davangare: 'Davangere',
    Dharward: 'Dharwad',
    Gulbarga: 'Kalaburagi',
    Ramanagar: 'Ramanagara',
    Shimoga: 'Shivamogga',
    Tumkur: 'Tumakuru',
  },
  Kerala: {
    Kasargod: 'Kasaragod',
  },
  Lakshadweep: {
    Lakshadweep: 'Lakshadweep District',
  },
  'Madhya Pradesh': {
    'West Nimar': 'Khargone',
  },
  Maharashtra: {
    'Raigarh(MH)': 'Raigad',
  },
  Meghalaya: {
    'Jaintia Hills': 'West Jaintia Hills',
  },
  Mizoram: {
    Mammit: 'Mamit',
  },
  Nagaland: {
    Zunhebotto: 'Zunheboto',
  },
  Odisha: {
    Angul: 'Anugul',
    Baleswar: 'Baleshwar',
    Debagarh: 'Deogarh',
    Khorda: 'Khordha',
    Nabarangapur: 'Nabarangpur',
    Sonapur: 'Sonepur',
    Sundergarh: 'Sundargarh',
  },
  Punjab: {
    Firozpur: 'Firozepur',
    Muktsar: 'Sri Muktsar Sahib',
    Nawanshahr: 'Shahid Bhagat Singh Nagar',
  },
  Rajasthan: {
    Jalor: 'Jalore',
    Jhujhunu: 'Jhunjhunu',
  },
  Sikkim: {
    'East Sikkim': 'East District',
    'North Sikkim': 'North District',
    'South Sikkim': 'South District',
    'West Sikkim': 'West District',
  },
  'Tamil Nadu': {
    Kanyakumari: 'Kanniyakumari',
    Nilgiris: 'The Nilgiris',
    Tiruvallur: 'Thiruvallur',
    Tiruvarur: 'Thiruvarur',
  },
  Telangana: {
    'K.V.Rangareddy': 'Ranga Reddy',
    // Old Warangal was divided six ways in 2016; sub-districts.ts names everything that is not in the rural district.
    Warangal: 'Warangal Rural',
  },
  'Uttar Pradesh': {
    Allahabad: 'Prayagraj',
    Bagpat: 'Baghpat',
    Faizabad: 'Ayodhya',
    'Jyotiba Phule Nagar': 'Amroha',
    'Sant Kabir Nagar': 'Sant Kabeer Nagar',
    'Sant Ravidas Nagar': 'Bhadohi',
    Shrawasti: 'Shravasti',
  },
  Uttarakhand: {
    'Udham Singh Nagar': 'Udam Singh Nagar',
  },
  'West Bengal': {
    Bardhaman: 'Purba Bardhaman',
    Darjiling: 'Darjeeling',
    'East Midnapore': 'Medinipur East',
    Malda: 'Maldah',
    'North 24 Parganas': '24 Paraganas North',
    'North Dinajpur': 'Dinajpur Uttar',
    'South 24 Parganas': '24 Paraganas South',
    'South Dinajpur': 'Dinajpur Dakshin',
    'West Midnapore': 'Medinipur West',
  },
}
