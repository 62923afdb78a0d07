// The shipped table answers each pincode with a district and state of the LGD list, and the right one.

import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { describe, it } from 'node:test'
import { findPincode, type Place } from './pincodes.ts'

const lgdList = readFileSync(new URL('../../scripts/pincodes/lgd-districts.tsv', import.meta.url), 'utf8')
const table = new URL('./table.json', import.meta.url)

const everyPlace: Place[] = []
for (let pincode = 100_000; pincode <= 999_999; pincode += 1) {
  const place = findPincode(String(pincode))
  if (place) everyPlace.push(place)
}

const answer = (pincode: string): string => {
  const place = findPincode(pincode)
  return place ? `${place.districtName} ${place.districtCode}, ${place.stateName} ${place.stateCode}` : 'unknown'
}

/** `pincode District code` per line, under the state they are all in. */
const wellKnown: Record<string, string> = {
  'Jammu And Kashmir 1': '180001 Jammu 5, 190001 Srinagar 13, 182204 Kishtwar 620, 193502 Bandipora 623',
  'Himachal Pradesh 2': '171001 Shimla 23, 175131 Kullu 20',
  'Punjab 3': '143001 Amritsar 27, 145001 Pathankot 662, 160055 S.A.S Nagar 608, 144514 Shahid Bhagat Singh Nagar 40',
  'Chandigarh 4': '160017 Chandigarh 44',
  'Uttarakhand 5': '248001 Dehradun 49, 249401 Haridwar 50, 263153 Udam Singh Nagar 56, 262561 Champawat 48',
  'Haryana 6': '122001 Gurugram 62, 121102 Palwal 619, 122107 Nuh 604, 127306 Charki Dadri 701',
  'Delhi 7': '110001 New Delhi 79, 110085 North West 82',
  'Rajasthan 8': '302001 Jaipur 102, 342001 Jodhpur 107, 331803 Bikaner 93',
  'Uttar Pradesh 9': `
    211001 Prayagraj 120, 224001 Ayodhya 140, 226001 Lucknow 162, 221001 Varanasi 187, 201301 Gautam Buddha Nagar 144,
    245101 Hapur 661, 207123 Kasganj 633, 227405 Amethi 640, 244302 Sambhal 659, 247776 Shamli 660
  `,
  'Bihar 10': '800001 Patna 212, 845401 Purbi Champaran 213, 854301 Purnia 214',
  'Sikkim 11': '737101 East District 225',
  'Arunachal Pradesh 12': '791111 Papum Pare 237, 792103 Namsai 678',
  'Nagaland 13': '797001 Kohima 245',
  'Manipur 14': '795001 Imphal West 256, 795131 Tengnoupal 716',
  'Mizoram 15': '796001 Aizawl 261',
  'Tripura 16': '799001 West Tripura 272, 799201 Khowai 652, 799277 Unakoti 655',
  'Meghalaya 17': '793001 East Khasi Hills 274, 793150 West Jaintia Hills 275',
  'Assam 18': '781001 Kamrup Metro 618, 785104 Majuli 706, 784176 Biswanath 705, 788819 Dima Hasao 299',
  'West Bengal 19': `
    700001 Kolkata 315, 700028 24 Paraganas North 303, 713101 Purba Bardhaman 306, 713301 Paschim Bardhaman 704,
    734301 Kalimpong 702, 736121 Alipurduar 664, 721507 Jhargram 703
  `,
  'Jharkhand 20': '834001 Ranchi 339, 831001 East Singhbum 327, 826001 Dhanbad 325',
  'Odisha 21': '751001 Khordha 362, 753001 Cuttack 350',
  'Chhattisgarh 22': '492001 Raipur 387, 494226 Kondagaon 643, 495334 Mungeli 647',
  'Madhya Pradesh 23': '462001 Bhopal 396, 452001 Indore 410, 450331 Burhanpur 397, 472442 Niwari 722',
  'Gujarat 24': '380001 Ahmadabad 438, 363641 Morbi 673, 362265 Gir Somnath 675, 394650 Tapi 641',
  'Daman And Diu 25': '396210 Daman 463, 362520 Diu 464',
  'Dadra And Nagar Haveli 26': '396230 Dadra And Nagar Haveli 465',
  'Maharashtra 27': '400001 Mumbai 482, 400050 Mumbai Suburban 483, 401303 Palghar 665, 411001 Pune 490',
  'Karnataka 29': '560001 Bengaluru Urban 525, 583101 Ballari 528, 585201 Yadgir 635, 590001 Belagavi 527',
  'Goa 30': '403001 North Goa 551',
  'Lakshadweep 31': '682555 Lakshadweep District 553',
  'Kerala 32': '682001 Ernakulam 555, 695001 Thiruvananthapuram 565, 671121 Kasaragod 558',
  'Tamil Nadu 33': '600001 Chennai 568, 641001 Coimbatore 569, 625001 Madurai 578',
  'Puducherry 34': '605001 Pondicherry 600, 609602 Karaikal 598, 673310 Mahe 599, 533464 Yanam 601',
  'Andaman And Nicobar Islands 35': '744101 South Andamans 602, 744301 Nicobars 603',
  'Telangana 36': `
    500001 Hyderabad 507, 500072 Medchal Malkajgiri 700, 507101 Bhadradri Kothagudem 690, 506002 Warangal Urban 686
  `,
  'Andhra Pradesh 37':
    '530001 Visakhapatanam 520, 516001 Y.S.R. 504, 524001 Spsr Nellore 515, 507135 East Godavari 505',
  'Ladakh 38': '194101 Leh Ladakh 9, 194103 Kargil 6',
}

describe('pincodes', () => {
  it('answers the public examples with their LGD names and codes, as text', () => {
    assert.deepEqual(findPincode('834001'), {
      pincode: '834001',
      districtCode: '339',
      districtName: 'Ranchi',
      stateCode: '20',
      stateName: 'Jharkhand',
    })
    assert.equal(answer('560001'), 'Bengaluru Urban 525, Karnataka 29')
  })

  for (const [state, lines] of Object.entries(wellKnown)) {
    it(`knows the well-known pincodes of ${state.replace(/ \d+$/, '')}`, () => {
      for (const line of lines.trim().split(/,\s*/)) {
        assert.equal(answer(line.slice(0, 6)), `${line.slice(7)}, ${state}`, line)
      }
    })
  }

  it('tells like-named districts of different states apart', () => {
    const alike = {
      '431001': 'Aurangabad 469, Maharashtra 27',
      '824101': 'Aurangabad 189, Bihar 10',
      '174001': 'Bilaspur 15, Himachal Pradesh 2',
      '495001': 'Bilaspur 375, Chhattisgarh 22',
      '177001': 'Hamirpur 17, Himachal Pradesh 2',
      '210301': 'Hamirpur 149, Uttar Pradesh 9',
      '230001': 'Pratapgarh 174, Uttar Pradesh 9',
      '312605': 'Pratapgarh 629, Rajasthan 8',
      '271201': 'Balrampur 127, Uttar Pradesh 9',
      '497119': 'Balrampur 649, Chhattisgarh 22',
      '494444': 'Bijapur 636, Chhattisgarh 22',
      '586101': 'Vijayapura 530, Karnataka 29',
      '402201': 'Raigad 491, Maharashtra 27',
      '496001': 'Raigarh 386, Chhattisgarh 22',
    }
    for (const [pincode, place] of Object.entries(alike)) assert.equal(answer(pincode), place, pincode)
  })

  it('gives a pincode of two districts, with as many post offices in each, to the lower code', () => {
    assert.equal(answer('110094'), 'North East 81, Delhi 7')
  })

  it('names only districts of the LGD list, each with its own code and state', () => {
    const lines = lgdList.trim().split('\n').slice(1)
    const listed = new Set(lines.map((line) => line.replace(/ +/g, ' ')))
    for (const { stateCode, stateName, districtCode, districtName } of everyPlace) {
      assert.ok(listed.has([stateCode, stateName, districtCode, districtName].join('\t')), districtName)
    }
    assert.equal(new Set(everyPlace.map((place) => place.stateCode)).size, 37)
    assert.equal(new Set(everyPlace.map((place) => place.districtCode)).size, 721)
  })

  it('holds as many pincodes as its file declares, and the file stays small', () => {
    const declared: number = JSON.parse(readFileSync(table, 'utf8')).pincodes
    assert.equal(everyPlace.length, declared)
    assert.equal(declared, 18_756)
    assert.ok(statSync(table).size < 100_000)
  })

  it('does not know a pincode that is not in use, before, between or after those that are', () => {
    for (const pincode of ['100000', '110000', '290001', '550001', '834999', '900001', '999999']) {
      assert.equal(findPincode(pincode), undefined, pincode)
    }
  })

  it('gives no answer where the facts do not decide', () => {
    for (const pincode of ['110088', '500049']) assert.equal(findPincode(pincode), undefined, pincode)
  })

  it('refuses anything but six ASCII digits of which the first is not zero', () => {
    const malformed = [
      '',
      '83400',
      '8340011',
      '034001',
      ' 834001',
      '834001 ',
      '834001\n',
      '834 001',
      '83400a',
      '+34001',
    ]
    const disguised = ['834001.0', '8.34e5', '0x1234', '８３４００１', '८३४००१', '834001\u0000', '-34001', '__proto__']
    for (const pincode of [...malformed, ...disguised]) assert.equal(findPincode(pincode), undefined, pincode)
  })
})
